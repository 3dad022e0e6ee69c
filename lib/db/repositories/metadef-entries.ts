/** What is in a namespace of metadata definitions: objects, properties, tags, associated types of resources. */
import { and, asc, eq, inArray, max } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import type { Tables } from '../define-schema.ts';

export type EntryRow = Tables['metadef_entries']['$inferSelect'];
export type EntryKind = EntryRow['kind'];

/** A statement binds at most some thousand values. */
const rowsAtOnce = 200;

export async function findEntry(
  q: Queries,
  namespaceId: string,
  kind: EntryKind,
  name: string,
): Promise<EntryRow | null> {
  const rows = await q.db
    .select()
    .from(q.tables.metadef_entries)
    .where(is(q, namespaceId, kind, name))
    .limit(1);
  return rows[0] ?? null;
}

/** In the order in which they came. */
export async function listEntries(
  q: Queries,
  namespaceIds: readonly string[],
  kinds: readonly EntryKind[],
): Promise<EntryRow[]> {
  if (namespaceIds.length === 0) return [];
  const { metadef_entries: table } = q.tables;
  return await q.db
    .select()
    .from(table)
    .where(and(inArray(table.namespace_id, [...namespaceIds]), inArray(table.kind, [...kinds])))
    .orderBy(asc(table.position), asc(table.name));
}

/** Behind which a new entry comes; 0 for the first. */
export async function lastPosition(q: Queries, namespaceId: string): Promise<number> {
  const { metadef_entries: table } = q.tables;
  const rows = await q.db
    .select({ last: max(table.position) })
    .from(table)
    .where(eq(table.namespace_id, namespaceId));
  return rows[0]?.last ?? 0;
}

/** A unique-key error when one of them is there already. */
export async function insertEntries(q: Queries, entries: readonly EntryRow[]): Promise<void> {
  for (let index = 0; index < entries.length; index += rowsAtOnce) {
    await q.db.insert(q.tables.metadef_entries).values(entries.slice(index, index + rowsAtOnce));
  }
}

export async function updateEntry(
  q: Queries,
  { namespace_id, kind, name }: Pick<EntryRow, 'namespace_id' | 'kind' | 'name'>,
  changes: Pick<EntryRow, 'name' | 'body' | 'updated_at'>,
): Promise<void> {
  await q.db
    .update(q.tables.metadef_entries)
    .set(changes)
    .where(is(q, namespace_id, kind, name));
}

/** False when there was none. */
export async function deleteEntry(
  q: Queries,
  namespaceId: string,
  kind: EntryKind,
  name: string,
): Promise<boolean> {
  const { metadef_entries } = q.tables;
  const deleted = await q.db
    .delete(metadef_entries)
    .where(is(q, namespaceId, kind, name))
    .returning({ name: metadef_entries.name });
  return deleted.length > 0;
}

export async function deleteEntries(q: Queries, namespaceId: string, kind: EntryKind): Promise<void> {
  const { metadef_entries } = q.tables;
  await q.db
    .delete(metadef_entries)
    .where(and(eq(metadef_entries.namespace_id, namespaceId), eq(metadef_entries.kind, kind)));
}

function is(q: Queries, namespaceId: string, kind: EntryKind, name: string) {
  const { metadef_entries: table } = q.tables;
  return and(eq(table.namespace_id, namespaceId), eq(table.kind, kind), eq(table.name, name));
}
