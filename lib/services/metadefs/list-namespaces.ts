import { assertCanOther, canOther } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { listEntries, type EntryRow } from '#lib/db/repositories/metadef-entries.ts';
import {
  findNamespace,
  listNamespaces as listNamespaceRows,
  type NamespaceListRequest,
  type NamespaceRow,
} from '#lib/db/repositories/metadefs.ts';
import type { Context } from '#lib/runtime/context.ts';
import { maySeeNamespace } from './get-namespace.ts';

export interface NamespacePage {
  readonly namespaces: readonly { namespace: NamespaceRow; associations: EntryRow[] }[];
  /** Name of the last one when the page is full, as Glance judges it. */
  readonly next: string | null;
}

/** A page of namespaces with the types of resources that each is for. `not_found` for a marker that is none. */
export async function listNamespaces(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  { marker, ...request }: Omit<NamespaceListRequest, 'seenBy' | 'after'> & { readonly marker: string | null },
): Promise<NamespacePage> {
  assertCanOther(actor, 'get_metadef_namespaces');
  assertCanOther(actor, 'list_metadef_resource_types');
  const q = runtime.db.read;
  const after = marker === null ? null : await findNamespace(q, marker);
  if (marker !== null && (after === null || !maySeeNamespace(actor, after))) {
    throw new StowageError('not_found', `Metadata definition namespace=${marker} was not found.`, {
      field: 'marker',
    });
  }
  if (request.limit === 0) return { namespaces: [], next: null };
  const rows = await listNamespaceRows(q, {
    ...request,
    after,
    seenBy: actor.administrator ? null : actor.projectId,
  });
  const shown = rows.filter((namespace) =>
    canOther(actor, 'get_metadef_namespace', {
      project_id: namespace.owner_id,
      owner: namespace.owner_id,
      visibility: namespace.visibility,
    }),
  );
  const associations = await listEntries(
    q,
    shown.map(({ id }) => id),
    ['resource_type'],
  );
  return {
    namespaces: shown.map((namespace) => ({
      namespace,
      associations: associations.filter(({ namespace_id }) => namespace_id === namespace.id),
    })),
    next: rows.length === request.limit ? (rows.at(-1)?.name ?? null) : null,
  };
}
