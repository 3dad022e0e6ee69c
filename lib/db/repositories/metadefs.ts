/** Namespaces of metadata definitions, and the types of resources that they are associated with. */
import { and, asc, desc, eq, inArray, or, sql, type SQL } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import type { Tables } from '../define-schema.ts';

export type NamespaceRow = Tables['metadef_namespaces']['$inferSelect'];
export type ResourceTypeRow = Tables['metadef_resource_types']['$inferSelect'];

export const namespaceSortKeys = [
  'created_at',
  'updated_at',
  'namespace',
  'display_name',
  'visibility',
  'owner',
  'protected',
] as const;
export type NamespaceSortKey = (typeof namespaceSortKeys)[number];

export interface NamespaceListRequest {
  /** Of this project and public; null: everybody's. */
  seenBy: string | null;
  visibility: NamespaceRow['visibility'] | null;
  /** Associated with one of them. */
  resourceTypes: readonly string[] | null;
  sortKey: NamespaceSortKey;
  descending: boolean;
  /** The last one of the page before. */
  after: NamespaceRow | null;
  limit: number;
}

export async function findNamespace(q: Queries, name: string): Promise<NamespaceRow | null> {
  const { metadef_namespaces } = q.tables;
  const rows = await q.db.select().from(metadef_namespaces).where(eq(metadef_namespaces.name, name)).limit(1);
  return rows[0] ?? null;
}

export async function listNamespaces(q: Queries, request: NamespaceListRequest): Promise<NamespaceRow[]> {
  const { metadef_namespaces: table, metadef_entries } = q.tables;
  const order = request.descending ? desc : asc;
  const key = sortExpression(q, request.sortKey);
  const conditions: (SQL | undefined)[] = [
    request.seenBy === null
      ? undefined
      : or(eq(table.owner_id, request.seenBy), eq(table.visibility, 'public')),
    request.visibility === null ? undefined : eq(table.visibility, request.visibility),
    request.resourceTypes === null
      ? undefined
      : inArray(
          table.id,
          q.db
            .select({ id: metadef_entries.namespace_id })
            .from(metadef_entries)
            .where(
              and(
                eq(metadef_entries.kind, 'resource_type'),
                inArray(metadef_entries.name, [...request.resourceTypes]),
              ),
            ),
        ),
    request.after === null ? undefined : isBehind(q, request, request.after, key),
  ];
  return await q.db
    .select()
    .from(table)
    .where(and(...conditions))
    .orderBy(order(key), order(table.id))
    .limit(request.limit);
}

function sortExpression(q: Queries, key: NamespaceSortKey): SQL {
  const { metadef_namespaces: table } = q.tables;
  switch (key) {
    case 'namespace':
      return sql`${table.name}`;
    case 'owner':
      return sql`${table.owner_id}`;
    case 'display_name':
      return sql`coalesce(${table.display_name}, '')`;
    default:
      return sql`${table[key]}`;
  }
}

/** Asked of the database itself, so that each kind of value is compared as it is sorted. */
function isBehind(q: Queries, { descending }: NamespaceListRequest, after: NamespaceRow, key: SQL): SQL {
  const { metadef_namespaces: table } = q.tables;
  const marker = q.db.select({ key }).from(table).where(eq(table.id, after.id));
  return descending
    ? sql`(${key} < (${marker}) or (${key} = (${marker}) and ${table.id} < ${after.id}))`
    : sql`(${key} > (${marker}) or (${key} = (${marker}) and ${table.id} > ${after.id}))`;
}

export async function insertNamespace(q: Queries, namespace: NamespaceRow): Promise<void> {
  await q.db.insert(q.tables.metadef_namespaces).values(namespace);
}

export async function updateNamespace(
  q: Queries,
  id: string,
  changes: Partial<Omit<NamespaceRow, 'id' | 'created_at'>>,
): Promise<void> {
  const { metadef_namespaces } = q.tables;
  await q.db.update(metadef_namespaces).set(changes).where(eq(metadef_namespaces.id, id));
}

/** With everything in it. */
export async function deleteNamespace(q: Queries, id: string): Promise<void> {
  const { metadef_namespaces, metadef_entries } = q.tables;
  await q.db.delete(metadef_entries).where(eq(metadef_entries.namespace_id, id));
  await q.db.delete(metadef_namespaces).where(eq(metadef_namespaces.id, id));
}

export async function listResourceTypes(q: Queries): Promise<ResourceTypeRow[]> {
  const { metadef_resource_types: table } = q.tables;
  return await q.db.select().from(table).orderBy(asc(table.created_at), asc(table.name));
}

/** Those that are there already stay as they are. */
export async function insertResourceTypes(q: Queries, rows: readonly ResourceTypeRow[]): Promise<void> {
  if (rows.length === 0) return;
  await q.db
    .insert(q.tables.metadef_resource_types)
    .values([...rows])
    .onConflictDoNothing();
}

/** Names of the standard namespaces that were written once, whatever became of them. */
export async function listLoadedStandard(q: Queries): Promise<Set<string>> {
  const { metadef_standard } = q.tables;
  const rows = await q.db.select({ name: metadef_standard.name }).from(metadef_standard);
  return new Set(rows.map(({ name }) => name));
}

export async function saveLoadedStandard(q: Queries, names: readonly string[], now: number): Promise<void> {
  if (names.length === 0) return;
  await q.db
    .insert(q.tables.metadef_standard)
    .values(names.map((name) => ({ name, loaded_at: now })))
    .onConflictDoNothing();
}
