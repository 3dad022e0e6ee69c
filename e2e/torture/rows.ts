import SQLite from 'better-sqlite3';
import pg from 'pg';

/** Looks into the database of a Stowage, beside it. */
export interface Rows {
  all<Row>(statement: string): Promise<Row[]>;
  close(): Promise<void>;
}

export function sqliteRows(file: string): Rows {
  const db = new SQLite(file, { readonly: true });
  return {
    all: <Row>(statement: string) => Promise.resolve(db.prepare(statement).all() as Row[]),
    close: async () => void db.close(),
  };
}

const bigint = 20;
const numeric = 1700;

export function postgresRows(url: string): Rows {
  const pool = new pg.Pool({
    connectionString: url,
    max: 2,
    // Sizes and times are exact as numbers; see lib/db/columns.ts.
    types: {
      getTypeParser: (type: number, format?: 'text') =>
        type === bigint || type === numeric ? Number : pg.types.getTypeParser(type, format),
    } as pg.CustomTypesConfig,
  });
  // What breaks a connection is told by the statement that it breaks.
  pool.on('error', () => undefined);
  return {
    all: async <Row>(statement: string) => (await pool.query(statement)).rows as Row[],
    close: () => pool.end(),
  };
}
