import { assertCanOther } from '#lib/auth/policy.ts';
import type { Actor } from '#lib/auth/actor.ts';
import type { OtherAction } from '#lib/auth/policy-rules.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { Queries } from '#lib/db/database.ts';
import { listEntries, type EntryRow } from '#lib/db/repositories/metadef-entries.ts';
import { findNamespace, type NamespaceRow } from '#lib/db/repositories/metadefs.ts';
import type { Context } from '#lib/runtime/context.ts';
import { kindRules } from './entry-kinds.ts';

/** One lock for all that write definitions: administrators do it, now and then. */
export const metadefLock = 'metadefs';

/** A namespace that the caller may see; `not_found` for every other one. */
export async function getNamespaceRow(q: Queries, actor: Actor, name: string): Promise<NamespaceRow> {
  const namespace = await findNamespace(q, name);
  if (namespace === null || !maySeeNamespace(actor, namespace)) {
    throw new StowageError('not_found', `Namespace ${name} not found`, {
      glance: `Metadata definition namespace=${name} was not found.`,
    });
  }
  return namespace;
}

/** Own and public ones: no rule can widen that. */
export function maySeeNamespace(actor: Actor, namespace: NamespaceRow): boolean {
  return actor.administrator || namespace.visibility === 'public' || namespace.owner_id === actor.projectId;
}

/** Throws `forbidden` unless policy allows all of it on this namespace. */
export function assertMayInNamespace(
  actor: Actor,
  namespace: Pick<NamespaceRow, 'owner_id' | 'visibility' | 'protected'>,
  ...actions: OtherAction[]
): void {
  for (const action of actions) {
    assertCanOther(actor, action, {
      project_id: namespace.owner_id,
      owner: namespace.owner_id,
      visibility: namespace.visibility,
      protected: namespace.protected,
    });
  }
}

/** A namespace with all that is in it, and the right to see each kind of that. */
export async function getNamespace(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  name: string,
): Promise<{ namespace: NamespaceRow; entries: EntryRow[] }> {
  const q = runtime.db.read;
  const namespace = await getNamespaceRow(q, actor, name);
  const kinds = ['resource_type', 'object', 'property', 'tag'] as const;
  assertMayInNamespace(
    actor,
    namespace,
    'get_metadef_namespace',
    ...kinds.map((kind) => kindRules[kind].list),
  );
  return { namespace, entries: await listEntries(q, [namespace.id], kinds) };
}
