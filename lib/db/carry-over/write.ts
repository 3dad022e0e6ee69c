import pg from 'pg';
import { StowageError } from '../../contract/errors.ts';
import type { CarriedRow, CarriedTable } from './tables.ts';

const quote = (name: string): string => `"${name}"`;

/**
 * Rows of the target that the source has otherwise. They go before anything is written: two rows that have exchanged
 * what must be unique could not be written over one another.
 */
export async function removeChanged(
  pool: pg.Pool,
  { name, key }: CarriedTable,
  rows: readonly CarriedRow[],
): Promise<void> {
  const table = quote(name);
  const isSameKey = key.map((part) => `t.${quote(part)} = s.${quote(part)}`).join(' and ');
  await run(
    pool,
    `delete from ${table} t using json_populate_recordset(null::${table}, $1::json) s
     where ${isSameKey} and (t.*) is distinct from (s.*)`,
    { name, key },
    rows,
  );
}

/** What is there already is the same (see {@link removeChanged}). */
export async function addMissing(
  pool: pg.Pool,
  { name, key, columns }: CarriedTable,
  rows: readonly CarriedRow[],
): Promise<void> {
  const table = quote(name);
  const list = columns.map(quote).join(', ');
  await run(
    pool,
    `insert into ${table} (${list}) select ${list} from json_populate_recordset(null::${table}, $1::json)
     on conflict (${key.map(quote).join(', ')}) do nothing`,
    { name, key },
    rows,
  );
}

/** All rows in one parameter: thousands of them would take longer to build than to write. */
async function run(
  pool: pg.Pool,
  statement: string,
  { name, key }: Pick<CarriedTable, 'name' | 'key'>,
  rows: readonly CarriedRow[],
): Promise<void> {
  try {
    await pool.query(statement, [JSON.stringify(rows)]);
  } catch (error) {
    // Class 22: a value that PostgreSQL cannot keep. Its message may hold the value, and a value may be a secret.
    if (!(error instanceof pg.DatabaseError) || !error.code?.startsWith('22')) throw error;
    const bad = rows.find((row) => JSON.stringify(row).includes('\\u0000'));
    throw new StowageError(
      'bad_request',
      `${name} has a row that PostgreSQL cannot keep${bad === undefined ? '' : `: ${key.map((part) => `${part} ${String(bad[part])}`).join(', ')} holds a NUL character`}.`,
      { remedy: 'Change that row in the running Stowage, and try again.' },
    );
  }
}
