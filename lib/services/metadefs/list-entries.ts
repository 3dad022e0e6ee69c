import {
  listEntries as listEntryRows,
  type EntryKind,
  type EntryRow,
} from '#lib/db/repositories/metadef-entries.ts';
import type { Context } from '#lib/runtime/context.ts';
import { entryNotFound, kindRules } from './entry-kinds.ts';
import { assertMayInNamespace, getNamespaceRow } from './get-namespace.ts';

/** All entries of one kind in a namespace, in the order in which they came. */
export async function listEntries(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  namespaceName: string,
  kind: EntryKind,
): Promise<EntryRow[]> {
  const q = runtime.db.read;
  const namespace = await getNamespaceRow(q, actor, namespaceName);
  assertMayInNamespace(actor, namespace, kindRules[kind].list);
  return await listEntryRows(q, [namespace.id], [kind]);
}

export interface TagPageRequest {
  readonly sortKey: 'created_at' | 'updated_at' | 'name';
  readonly descending: boolean;
  readonly marker: string | null;
  readonly limit: number | null;
}

/** A page of the tags of a namespace. `not_found` for a marker that is none of them. */
export async function listTags(
  ctx: Pick<Context, 'runtime' | 'actor'>,
  namespaceName: string,
  { sortKey, descending, marker, limit }: TagPageRequest,
): Promise<EntryRow[]> {
  const tags = await listEntries(ctx, namespaceName, 'tag');
  tags.sort((a, b) => {
    const [left, right] = [a[sortKey], b[sortKey]];
    return (left < right ? -1 : left > right ? 1 : a.position - b.position) * (descending ? -1 : 1);
  });
  const markerIndex = marker === null ? -1 : tags.findIndex(({ name }) => name === marker);
  if (marker !== null && markerIndex === -1) throw entryNotFound('tag', marker);
  const from = markerIndex + 1;
  return tags.slice(from, limit === null ? undefined : from + limit);
}
