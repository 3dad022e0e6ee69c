/**
 * One definition, two dialects: the schema is written against this small set of builders. The PostgreSQL set gives
 * the same TypeScript types (they are declared as SQLite's), so that queries are written and checked once.
 *
 * Times are milliseconds since the epoch, sizes are bytes, both as numbers (exact up to 2^53).
 */
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

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

export const sqliteColumns = {
  table: sqliteTable,
  text,
  number,
  time,
  flag,
  json,
  serial,
  index,
  uniqueIndex,
  primaryKey,
};

export type Columns = typeof sqliteColumns;
