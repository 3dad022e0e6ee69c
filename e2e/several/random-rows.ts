/** Rows for tests: every table, every column, whatever a column may hold. */
import { randomBytes, randomInt } from 'node:crypto';
import { getTableConfig, type SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Queries } from '#lib/db/database.ts';
import { listTables } from '#lib/db/carry-over/tables.ts';

/** What sorts otherwise in UTF-16 or by a language than byte by byte, and what JSON and SQL treat in a way of their own. */
const texts = [
  '',
  'a',
  'A',
  'ä',
  'Z',
  '_',
  '-',
  '\u{1f600}',
  '\uffee',
  "'; --",
  '\\u0041',
  '\\',
  '"',
  '\t\n',
  '1',
];

/** Fills the tables of an empty database with `count` rows each. */
export async function insertRandomRows(q: Queries, count: number): Promise<void> {
  for (const { name } of listTables()) {
    const table = q.tables[name];
    const { columns } = getTableConfig(table);
    const rows = Array.from({ length: count }, (_, i) =>
      Object.fromEntries(columns.map((column) => [column.name, randomValue(column, i)])),
    );
    for (let begin = 0; begin < count; begin += 500) {
      await q.db.insert(table).values(rows.slice(begin, begin + 500) as never);
    }
  }
}

function randomValue(column: SQLiteColumn, i: number): unknown {
  if (column.columnType === 'SQLiteInteger' && column.primary) return (i + 1) * 3;
  if (!column.notNull && !column.primary && i % 5 === 0) return null;
  switch (column.columnType) {
    case 'SQLiteText':
      return `${texts[i % texts.length]}${randomBytes(8).toString('hex')}`;
    case 'SQLiteInteger':
      return i % 7 === 0 ? Number.MAX_SAFE_INTEGER - i : randomInt(2 ** 40);
    case 'SQLiteBoolean':
      return i % 2 === 0;
    case 'SQLiteTextJson':
      return { zebra: [i, null, 1.5], aa: { b: texts[i % texts.length], a: true }, b: '' };
    default:
      throw new Error(`no value is known for a column of type ${column.columnType}`);
  }
}
