import { randomUUID } from 'node:crypto';
import { StowageError } from '#lib/contract/errors.ts';
import { insertEntries, type EntryRow } from '#lib/db/repositories/metadef-entries.ts';
import {
  findNamespace,
  insertNamespace,
  insertResourceTypes,
  type NamespaceRow,
} from '#lib/db/repositories/metadefs.ts';
import type { Transaction } from '#lib/db/database.ts';
import type { Context } from '#lib/runtime/context.ts';
import { assertDistinct, kindRules, type NewEntry } from './entry-kinds.ts';
import { assertMayInNamespace, metadefLock } from './get-namespace.ts';

export interface NewNamespace {
  readonly name: string;
  readonly displayName: string | null;
  readonly description: string | null;
  readonly visibility: NamespaceRow['visibility'];
  readonly protected: boolean;
  /** Null: the caller's project. */
  readonly ownerId: string | null;
}

/** A namespace with all that is to be in it, or nothing of it. `conflict` when the name is taken. */
export async function createNamespace(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  given: NewNamespace,
  entries: readonly NewEntry[],
): Promise<{ namespace: NamespaceRow; entries: EntryRow[] }> {
  const ownerId = given.ownerId ?? actor.projectId;
  assertMayInNamespace(
    actor,
    { owner_id: ownerId, visibility: given.visibility, protected: given.protected },
    'add_metadef_namespace',
    ...new Set(entries.map(({ kind }) => kindRules[kind].add)),
  );
  assertDistinct(entries, given.name);
  return await runtime.db.transaction(async (q) => {
    await q.lock(metadefLock);
    if ((await findNamespace(q, given.name)) !== null) {
      throw new StowageError('conflict', `The metadata definition namespace=${given.name} already exists.`, {
        field: 'namespace',
      });
    }
    return await writeNamespace(q, { ...given, ownerId }, entries, runtime.now());
  });
}

/** Writes it for whoever has proved that it may be. */
export async function writeNamespace(
  q: Transaction,
  given: NewNamespace & { readonly ownerId: string },
  entries: readonly NewEntry[],
  now: number,
): Promise<{ namespace: NamespaceRow; entries: EntryRow[] }> {
  const namespace: NamespaceRow = {
    id: randomUUID(),
    name: given.name,
    display_name: given.displayName,
    description: given.description,
    visibility: given.visibility,
    protected: given.protected,
    owner_id: given.ownerId,
    created_at: now,
    updated_at: now,
  };
  const rows = toRows(namespace.id, entries, 0, now);
  await insertNamespace(q, namespace);
  await insertEntries(q, rows);
  await insertResourceTypes(q, toResourceTypes(entries, now));
  return { namespace, entries: rows };
}

export function toRows(
  namespaceId: string,
  entries: readonly NewEntry[],
  behind: number,
  now: number,
): EntryRow[] {
  return entries.map(({ kind, name, body }, index) => ({
    namespace_id: namespaceId,
    kind,
    name,
    position: behind + index + 1,
    body,
    created_at: now,
    updated_at: now,
  }));
}

/** A type that is associated for the first time is known from then on. */
export function toResourceTypes(entries: readonly NewEntry[], now: number) {
  return entries
    .filter(({ kind }) => kind === 'resource_type')
    .map(({ name }) => ({ name, protected: false, created_at: now, updated_at: now }));
}
