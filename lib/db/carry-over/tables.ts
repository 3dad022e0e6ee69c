import { getTableConfig, type SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { sql, type SQL } from 'drizzle-orm';
import { sqliteColumns } from '../columns.ts';
import type { Queries } from '../database.ts';
import { defineSchema, type Tables } from '../define-schema.ts';

/** What both dialects know of a table; the names are the same in the schema and in the databases. */
export interface CarriedTable {
  readonly name: keyof Tables;
  readonly columns: readonly string[];
  /** Its primary key. */
  readonly key: readonly string[];
}

export type CarriedRow = Readonly<Record<string, unknown>>;

/** Every table there is: one that is added to the schema is carried over too. */
export function listTables(): CarriedTable[] {
  const schema = defineSchema(sqliteColumns);
  return Object.entries(schema).map(([name, table]) => {
    const { columns, primaryKeys } = getTableConfig(table);
    const composite = primaryKeys.flatMap((primaryKey) => primaryKey.columns.map((column) => column.name));
    const single = columns.filter((column) => column.primary).map((column) => column.name);
    const key = composite.length > 0 ? composite : single;
    if (key.length === 0) throw new Error(`the table ${name} has no primary key to walk along`);
    return { name: name as keyof Tables, columns: columns.map((column) => column.name), key };
  });
}

/** Its rows in the order of the key, which is the same on both sides: numbers, and text byte by byte. */
export async function* walk(
  q: Queries,
  { name, key, columns }: CarriedTable,
  { only = columns, batchRows = 500 }: { only?: readonly string[]; batchRows?: number } = {},
): AsyncGenerator<CarriedRow[]> {
  const table = q.tables[name];
  const byName = table as unknown as Record<string, SQLiteColumn>;
  const column = (part: string): SQLiteColumn => {
    const found = byName[part];
    if (found === undefined) throw new Error(`the table ${name} has no column ${part}`);
    return found;
  };
  const selected = Object.fromEntries(only.map((part) => [part, column(part)]));
  const keyColumns = key.map(column);
  let condition: SQL | undefined;
  for (;;) {
    const rows: CarriedRow[] = await q.db
      .select(selected)
      .from(table)
      .where(condition)
      .orderBy(...keyColumns)
      .limit(batchRows);
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (rows.length < batchRows || last === undefined) return;
    const left = sql.join(keyColumns, sql`, `);
    const right = sql.join(
      key.map((part) => sql`${last[part]}`),
      sql`, `,
    );
    condition = sql`(${left}) > (${right})`;
  }
}

/** Negative, 0 or positive, in the order of {@link walk}. */
export function compareKeys({ key }: CarriedTable, one: CarriedRow, other: CarriedRow): number {
  for (const part of key) {
    const [a, b] = [one[part], other[part]];
    const order =
      typeof a === 'number' && typeof b === 'number'
        ? a - b
        : Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
    if (order !== 0) return order;
  }
  return 0;
}
