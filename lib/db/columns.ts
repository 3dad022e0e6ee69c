/**
 * One definition, two dialects: the schema is written against this small set of builders. The PostgreSQL set gives
 * the same TypeScript types (they are declared as SQLite's), so that queries are written and checked once.
 *
 * Times are milliseconds since the epoch, sizes are bytes, both as numbers (exact up to 2^53).
 */
import * as pg from 'drizzle-orm/pg-core';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
  type SQLiteColumn,
} from 'drizzle-orm/sqlite-core';
import { beginningOf } from './long-text.ts';

function number() {
  return integer({ mode: 'number' });
}

function time() {
  return integer({ mode: 'number' });
}

function flag() {
  return integer({ mode: 'boolean' });
}

function json<T>() {
  return text({ mode: 'json' }).$type<T>();
}

/** Grows with every row; the order of events. */
function serial() {
  return integer({ mode: 'number' }).primaryKey({ autoIncrement: true });
}

/** What an index takes of a text that may be long; conditions on it are made by `equalsText`. */
function beginning(column: SQLiteColumn): SQLiteColumn {
  return column;
}

export const sqliteColumns = {
  table: sqliteTable,
  text,
  number,
  time,
  flag,
  json,
  serial,
  beginning,
  index,
  uniqueIndex,
  primaryKey,
};

export type Columns = typeof sqliteColumns;

/** Text compares byte by byte, whatever the collation of the database is: as in SQLite, and as cursors rely on it. */
const bytewiseText = pg.customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });

/** The same builders for PostgreSQL; what they build behaves in queries as the SQLite types say. */
export const postgresColumns = {
  table: pg.pgTable,
  text: () => bytewiseText(),
  number: () => pg.bigint({ mode: 'number' }),
  time: () => pg.bigint({ mode: 'number' }),
  flag: () => pg.boolean(),
  json: () => pg.jsonb(),
  serial: () => pg.bigserial({ mode: 'number' }).primaryKey(),
  beginning: beginningOf,
  index: pg.index,
  uniqueIndex: pg.uniqueIndex,
  primaryKey: pg.primaryKey,
} as unknown as Columns;
