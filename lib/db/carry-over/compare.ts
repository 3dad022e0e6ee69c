import { createHash } from 'node:crypto';
import type { Queries } from '../database.ts';
import { compareKeys, walk, type CarriedRow, type CarriedTable } from './tables.ts';

export interface TableDigest {
  rows: number;
  /** SHA-256 over all rows in the order of their key, hexadecimal. */
  hash: string;
}

export interface TableComparison {
  table: string;
  source: TableDigest;
  target: TableDigest;
  isSame: boolean;
}

export async function compareTable(
  table: CarriedTable,
  source: Queries,
  target: Queries,
): Promise<TableComparison> {
  const [ofSource, ofTarget] = await Promise.all([digest(source, table), digest(target, table)]);
  const isSame = ofSource.rows === ofTarget.rows && ofSource.hash === ofTarget.hash;
  return { table: table.name, source: ofSource, target: ofTarget, isSame };
}

async function digest(q: Queries, table: CarriedTable): Promise<TableDigest> {
  const hash = createHash('sha256');
  let rows = 0;
  for await (const batch of walk(q, table)) {
    rows += batch.length;
    for (const row of batch) {
      hash.update(JSON.stringify(table.columns.map((column) => inOneOrder(row[column]))));
      hash.update('\n');
    }
  }
  return { rows, hash: hash.digest('hex') };
}

/** PostgreSQL keeps the keys of JSON in an order of its own. */
function inOneOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOneOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, inner]) => [key, inOneOrder(inner)]);
}

export interface Foreign {
  table: string;
  rows: number;
  /** The key of one of them. */
  example: string;
}

/** Rows of the target that the source does not have; null when there are none. */
export async function findForeign(
  table: CarriedTable,
  source: Queries,
  target: Queries,
): Promise<Foreign | null> {
  const own = keysOf(source, table);
  let rows = 0;
  let example = '';
  let mine: IteratorResult<CarriedRow, void> | null = null;
  for await (const theirs of keysOf(target, table)) {
    mine ??= await own.next();
    while (!mine.done && compareKeys(table, mine.value, theirs) < 0) mine = await own.next();
    if (!mine.done && compareKeys(table, mine.value, theirs) === 0) continue;
    rows += 1;
    if (example === '') example = table.key.map((part) => String(theirs[part])).join(', ');
  }
  return rows === 0 ? null : { table: table.name, rows, example };
}

async function* keysOf(q: Queries, table: CarriedTable): AsyncGenerator<CarriedRow, void> {
  for await (const batch of walk(q, table, { only: table.key, batchRows: 5_000 })) yield* batch;
}
