/** Everything from SQLite to PostgreSQL, proved by a hash of the rows of every table on both sides. */
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type pg from 'pg';
import { StowageError } from '../../contract/errors.ts';
import type { Queries } from '../database.ts';
import { openPostgres, type PostgresDatabase } from '../postgres.ts';
import { toDatabaseError } from '../postgres-errors.ts';
import { connectPostgres } from '../postgres-migrations.ts';
import { claimDataDirectory } from '../sole-owner.ts';
import { openSqlite } from '../sqlite.ts';
import { compareTable, findForeign, type Foreign, type TableComparison } from './compare.ts';
import { listTables, walk, type CarriedTable } from './tables.ts';
import { addMissing, removeChanged } from './write.ts';

export interface CarryOverOptions {
  /** The SQLite database. */
  file: string;
  /** Of PostgreSQL; may hold a password, so it is never told. */
  url: string;
  migrationsDirectories: { sqlite: string; postgres: string };
  /** How many rows of the table the target has so far. */
  onProgress?: (table: string, rows: number) => void;
}

/** Two that carry over into the same database would take each other's rows for foreign ones. */
const carryOverLock = 7_865_231_095;
/** PostgreSQL still lists for a moment the connections of a process that was stopped just now. */
const goneWithinMilliseconds = 2_000;

/**
 * Brings both databases to the schema of this code, makes the rows of the target those of the source and compares them.
 * Repeating it is safe, also after it was killed; the source only gets its migrations. Throws `conflict`, with nothing
 * changed, while a Stowage runs on either side and when the target holds rows that the source does not have.
 */
export async function carryOver(options: CarryOverOptions): Promise<TableComparison[]> {
  const { file, url, migrationsDirectories, onProgress } = options;
  if (!existsSync(file)) {
    throw new StowageError('not_found', `There is no database ${file}.`, {
      remedy: 'Name the file with --from sqlite:<path>, or its directory with STOWAGE_DATA_DIR.',
    });
  }
  const release = claimDataDirectory(`${file}.lock`);
  if (release === null) {
    throw new StowageError('conflict', `A Stowage has ${file} open.`, {
      remedy: 'Stop it first: what it changes meanwhile would be left behind.',
    });
  }
  const endings: (() => unknown)[] = [release];
  try {
    const guard = await claimTarget(url);
    endings.push(() => guard.end());
    const source = openSqlite({ file, migrationsDirectory: migrationsDirectories.sqlite });
    endings.push(() => source.close());
    const migrationsDirectory = migrationsDirectories.postgres;
    const target = await openPostgres({ url, poolSize: 2, migrationsDirectory });
    endings.push(() => target.close());
    return await carry(source.read, target, onProgress ?? (() => undefined));
  } catch (error) {
    throw toDatabaseError(error);
  } finally {
    for (const end of endings.reverse()) await end();
  }
}

async function carry(
  source: Queries,
  target: PostgresDatabase,
  onProgress: (table: string, rows: number) => void,
): Promise<TableComparison[]> {
  const tables = listTables();
  await assertNothingForeign(tables, source, target.read);
  for (const table of tables) {
    if (await holdsAny(target.read, table)) {
      for await (const rows of walk(source, table)) await removeChanged(target.pool, table, rows);
    }
    let rowCount = 0;
    for await (const rows of walk(source, table)) {
      await addMissing(target.pool, table, rows);
      onProgress(table.name, (rowCount += rows.length));
    }
  }
  await continueSerials(source, target.pool);
  // Without its statistics the first requests would be planned as if the tables were empty.
  await target.pool.query('analyze');
  const comparisons: TableComparison[] = [];
  for (const table of tables) comparisons.push(await compareTable(table, source, target.read));
  return comparisons;
}

async function holdsAny(q: Queries, table: CarriedTable): Promise<boolean> {
  const first = await walk(q, table, { only: table.key, batchRows: 1 }).next();
  return !first.done;
}

async function assertNothingForeign(
  tables: readonly CarriedTable[],
  source: Queries,
  target: Queries,
): Promise<void> {
  const foreign: Foreign[] = [];
  for (const table of tables) {
    const found = await findForeign(table, source, target);
    if (found !== null) foreign.push(found);
  }
  if (foreign.length === 0) return;
  const lines = foreign.map(
    ({ table, rows, example }) =>
      `  ${table}: ${rows} ${rows === 1 ? 'row' : 'rows'}, for example ${example}`,
  );
  throw new StowageError(
    'conflict',
    `The target holds what the source does not have; nothing was changed.\n${lines.join('\n')}`,
    {
      remedy:
        'Name a new, empty database; or, if nothing in this one is needed, drop it and create it again.',
    },
  );
}

/** The ids of events go on where SQLite's would have: a browser that comes back asks for what is later than its last. */
async function continueSerials(source: Queries, pool: pg.Pool): Promise<void> {
  const given = (await source.db.all(sql`select name, seq from sqlite_sequence`)) as {
    name: string;
    seq: number;
  }[];
  for (const { name, seq } of given.filter((row) => row.name === 'events')) {
    await pool.query('select setval(pg_get_serial_sequence($1, $2), $3)', [name, 'id', Math.max(1, seq)]);
  }
}

/** A session that no other of these has beside it. Throws `conflict` when somebody works with the target. */
async function claimTarget(url: string): Promise<pg.Client> {
  const client = await connectPostgres(url, 'stowage migrate-database');
  try {
    const deadline = performance.now() + goneWithinMilliseconds;
    while (!(await isAlone(client))) {
      if (performance.now() > deadline) {
        throw new StowageError('conflict', 'A Stowage, or another migration, is connected to the target.', {
          remedy: 'Stop it first, or name another database.',
        });
      }
      await delay(100);
    }
    return client;
  } catch (error) {
    await client.end();
    throw error;
  }
}

async function isAlone(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ mine: boolean; others: string }>(
    `select pg_try_advisory_lock($1) as mine,
       (select count(*) from pg_stat_activity where datname = current_database()
          and application_name like 'stowage%' and pid <> pg_backend_pid()) as others`,
    [carryOverLock],
  );
  return rows[0]?.mine === true && Number(rows[0].others) === 0;
}
