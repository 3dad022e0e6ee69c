import { setTimeout as delay } from 'node:timers/promises';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { hasCode, StowageError } from '../contract/errors.ts';
import { assertKnown } from './migrations.ts';
import { migrateJobs } from './postgres-jobs.ts';
import { toDatabaseError } from './postgres-errors.ts';
import { ensureExtensions } from './postgres-extensions.ts';

/** Of all that Stowage locks in a database; any number will do that stays the same. */
const migrationLock = 7_865_231_094;
/** Services that start together: the server may be up a little later. */
const patienceMilliseconds = 30_000;
const againEveryMilliseconds = 500;
const leastVersion = 13;

/**
 * Brings the schema to what this code needs, on a connection of its own: however many processes start together, one
 * does it, and the others wait for as long as it takes.
 */
export async function migratePostgres({
  url,
  migrationsDirectory,
  onConnectionError,
}: {
  url: string;
  migrationsDirectory: string;
  onConnectionError?: (error: unknown) => void;
}): Promise<void> {
  const client = await connectPostgres(url, 'stowage migrations', onConnectionError);
  try {
    await assertSuitable(client);
    // Whatever the role has been given: an index on a large table takes its time, and so does waiting for it.
    await client.query('set statement_timeout = 0; set lock_timeout = 0');
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    assertKnown(await listApplied(client), migrationsDirectory);
    await ensureExtensions(client);
    await migrate(drizzle(client), { migrationsFolder: migrationsDirectory });
    await migrateJobs(url);
  } catch (error) {
    throw toDatabaseError(error);
  } finally {
    // Ends the session, and with it the lock.
    await client.end().catch(() => undefined);
  }
}

/**
 * One connection; waits half a minute for a server that is away, and says so once to `onWait`. Throws
 * `database_unavailable` in words for operators.
 */
export async function connectPostgres(
  url: string,
  applicationName: string,
  onWait?: (error: unknown) => void,
): Promise<pg.Client> {
  const deadline = performance.now() + patienceMilliseconds;
  for (let attempt = 0; ; attempt += 1) {
    const client = new pg.Client({
      connectionString: url,
      application_name: applicationName,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    // What breaks the connection is told by the statement that it breaks.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (thrown) {
      await client.end().catch(() => undefined);
      const error = toDatabaseError(thrown);
      const isAway = hasCode(error, 'database_unavailable') && !isRefused(thrown);
      if (!isAway || performance.now() > deadline) throw refused(thrown);
      if (attempt === 0) onWait?.(thrown);
    }
    await delay(againEveryMilliseconds);
  }
}

/** Wrong password, no such database: waiting does not help. */
function isRefused(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^(28|3D)/.test(error.code ?? '');
}

function refused(cause: unknown): StowageError {
  const { code, message } = cause as { code?: string; message?: string };
  return new StowageError(
    'database_unavailable',
    `PostgreSQL does not let Stowage in: ${message || code || 'no answer'}.`,
    {
      remedy:
        'See that the server runs, and that STOWAGE_DATABASE_URL names its host, port, database, user and password.',
      retryAfterSeconds: 5,
      cause,
    },
  );
}

async function assertSuitable(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: string; encoding: string }>(
    `select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding`,
  );
  const [row] = rows;
  const version = Math.floor(Number(row?.version) / 10_000);
  if (version < leastVersion) {
    throw new StowageError('not_supported', `PostgreSQL ${version} is too old for Stowage.`, {
      remedy: `Use version ${leastVersion} or later.`,
    });
  }
  if (row?.encoding !== 'UTF8') {
    throw new StowageError('not_supported', `The database keeps its text as ${row?.encoding}.`, {
      remedy: `Make it with: createdb --encoding=UTF8 --template=template0 …`,
    });
  }
}

async function listApplied(client: pg.Client): Promise<string[]> {
  const { rows: tables } = await client.query<{ known: string | null }>(
    `select to_regclass('drizzle.__drizzle_migrations') as known`,
  );
  if (tables[0]?.known == null) return [];
  const { rows } = await client.query<{ hash: string }>('select hash from drizzle.__drizzle_migrations');
  return rows.map(({ hash }) => hash);
}
