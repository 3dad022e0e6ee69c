import { and, eq, inArray, sql, type SQL } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Queries } from './database.ts';

/** A query of Drizzle's that was built once and is run with other values. */
export interface Prepared<Result> {
  execute(values: Record<string, unknown>): PromiseLike<Result>;
}

interface Preparable<Result> extends PromiseLike<Result> {
  prepare(name?: string): unknown;
}

const kept = new WeakMap<object, Map<string, unknown>>();

/**
 * Building a query takes Drizzle longer than SQLite takes to run it, so the few that every upload makes are built once
 * for each connection. `name` stands for the text of the query; its values are `sql.placeholder(…)`.
 */
export function prepared<Result>(
  q: Queries,
  name: string,
  build: () => Preparable<Result>,
): Prepared<Result> {
  let queries = kept.get(q.db);
  if (queries === undefined) kept.set(q.db, (queries = new Map()));
  let query = queries.get(name) as Prepared<Result> | undefined;
  if (query === undefined) {
    // PostgreSQL: without a name of its own there, so that a pooler in between may change the connection.
    query = build().prepare('') as Prepared<Result>;
    queries.set(name, query);
  }
  return query;
}

type TableWithId = SQLiteTable & { id: SQLiteColumn };

/** The row with this id, or null. */
export async function findRow<Table extends TableWithId>(
  q: Queries,
  name: string,
  table: Table,
  id: string,
): Promise<Table['$inferSelect'] | null> {
  const rows = await prepared(q, `${name} by id`, () =>
    q.db
      .select()
      .from(table as TableWithId)
      .where(eq(table.id, sql.placeholder('id')))
      .limit(1),
  ).execute({ id });
  return rows[0] ?? null;
}

/** Lists of ids that statements are kept for: one image, the usual pages of the Images API and of the console, a long one. */
const keptCounts = [1, 25, 50, 100];

/**
 * What `build` makes of the condition that `column` is one of the ids, of which there is at least one. A shorter list is
 * filled up with its last id, so that a few statements serve all.
 */
export async function findByIds<Row>(
  q: Queries,
  name: string,
  column: SQLiteColumn,
  ids: readonly string[],
  build: (isOne: SQL) => Preparable<Row[]>,
): Promise<Row[]> {
  const count = keptCounts.find((each) => each >= ids.length);
  if (count === undefined) return await build(inArray(column, [...ids]));
  const keys = Array.from({ length: count }, (_, i) => `id${i}`);
  const values = Object.fromEntries(keys.map((key, i) => [key, ids[i] ?? ids.at(-1)]));
  return await prepared(q, `${name} of ${count}`, () =>
    build(
      inArray(
        column,
        keys.map((key) => sql.placeholder(key)),
      ),
    ),
  ).execute(values);
}

/** Inserts one row. */
export async function insertRow(q: Queries, name: string, table: SQLiteTable, row: object): Promise<void> {
  const shape = shapeOf(row);
  await prepared(q, `insert ${name} ${shape.name}`, () =>
    q.db.insert(table).values(shape.values as Record<string, SQL>),
  ).execute(row as Record<string, unknown>);
}

/** Changes columns of the row with this id; false when there is none, or `alsoWhere` does not hold of it. */
export async function updateRow(
  q: Queries,
  name: string,
  table: TableWithId,
  id: string,
  changes: object,
  alsoWhere?: { column: SQLiteColumn; is: number },
): Promise<boolean> {
  const shape = shapeOf(changes);
  const written = await prepared(q, `update ${name} ${alsoWhere?.column.name ?? ''} ${shape.name}`, () =>
    q.db
      .update(table)
      .set(shape.values)
      .where(
        and(
          eq(table.id, sql.placeholder('#id')),
          alsoWhere === undefined ? undefined : eq(alsoWhere.column, sql.placeholder('#also')),
        ),
      )
      .returning({ id: table.id }),
  ).execute({ ...changes, '#id': id, '#also': alsoWhere?.is });
  return written.length > 0;
}

/** Null is part of the text and not a value: encoders of JSON columns would write it as one. */
export function shapeOf(row: object): { name: string; values: Record<string, unknown> } {
  const values: Record<string, unknown> = {};
  let name = '';
  for (const [column, value] of Object.entries(row)) {
    if (value === undefined) continue;
    values[column] = value === null ? null : sql.placeholder(column);
    name += value === null ? `${column}=null ` : `${column} `;
  }
  return { name, values };
}
