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

export const joinedLocations =
  'locations l left join images i on i.id = l.image_id left join transfers t on t.id = l.transfer_id';

/**
 * Whether `l` has lost its object, and is kept only because the store may still make the copy that it was asked for
 * (minutes, by `lateCopyMilliseconds` of its driver): such a row has come to its end as far as a test can wait.
 */
export const awaitsLateCopy = (now = Date.now()): string =>
  `(l.state = 'deleting' and not l.committed and t.method = 'clone' and coalesce(l.next_attempt_at, 0) > ${now + 5_000})`;

/** How many objects are still to be removed. */
export async function countRemovals(rows: Rows): Promise<number> {
  const [found] = await rows.all<{ count: number }>(
    `select count(*) as count from ${joinedLocations} where l.state = 'deleting' and not coalesce(${awaitsLateCopy()}, false)`,
  );
  return found?.count ?? 0;
}
