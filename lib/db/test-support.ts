/** The database that tests run on: SQLite, or PostgreSQL with STOWAGE_TEST_DATABASE=postgres. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startPostgres } from '#e2e/support/postgres.ts';
import type { Database } from './database.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

export interface TestDatabase {
  /** As in STOWAGE_DATABASE_URL. */
  readonly url: string;
  /** Migrated. Each call is another process, as it were. `now`: the clock of leases. */
  open(options?: { now?: () => number; poolSize?: number; poolWaitMilliseconds?: number }): Promise<Database>;
  /** Also while somebody has it open. */
  drop(): Promise<void>;
}

export const testDialect = process.env['STOWAGE_TEST_DATABASE'] === 'postgres' ? 'postgres' : 'sqlite';

export const migrationsOf = (dialect: 'sqlite' | 'postgres') =>
  fileURLToPath(new URL(`../../drizzle/${dialect}`, import.meta.url));

/** A new one for this test alone. `directory`: where a file may lie; it goes with the directory. */
export async function makeTestDatabase(directory: string): Promise<TestDatabase> {
  return testDialect === 'postgres' ? await makePostgres() : await makeSqlite(directory);
}

async function makeSqlite(directory: string): Promise<TestDatabase> {
  const file = path.join(directory, `${randomBytes(6).toString('hex')}.db`);
  copyFileSync(await migratedFile(), file);
  return {
    url: `sqlite:${file}`,
    open: async ({ now } = {}) => openSqlite({ file, migrationsDirectory: migrationsOf('sqlite'), now }),
    drop: () => Promise.resolve(),
  };
}

let fileTemplate: Promise<string> | undefined;

/** Copied for each test instead of migrated; made once in each process, and gone with it. */
function migratedFile(): Promise<string> {
  fileTemplate ??= (async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'stowage-template-'));
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
    const file = path.join(directory, 'template.db');
    // What is closed lies in this one file.
    await openSqlite({ file, migrationsDirectory: migrationsOf('sqlite') }).close();
    return file;
  })();
  return fileTemplate;
}

/** `isEmpty`: without any table. */
export async function makePostgres({ isEmpty = false } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = isEmpty ? 'template1' : await migratedTemplate();
  await administer(`create database ${name} template ${template}`);
  const url = urlOf(await serverUrl(), name);
  return {
    url,
    // Few connections, so that one who asks for a second one within a transaction is found out.
    open: ({ poolSize = 3, ...options } = {}) =>
      openPostgres({ url, poolSize, migrationsDirectory: migrationsOf('postgres'), ...options }),
    drop: () => administer(`drop database if exists ${name} with (force)`),
  };
}

let starting: Promise<string> | undefined;

/** Of the run's server, or of one that this process starts and that ends with it. */
function serverUrl(): Promise<string> {
  starting ??= (async () => {
    const given = process.env['STOWAGE_TEST_POSTGRES'];
    if (given) return given;
    const started = await startPostgres();
    if (!started.ok) throw new Error(started.reason);
    return started.server.url;
  })();
  return starting;
}

export function urlOf(server: string, database: string): string {
  return Object.assign(new URL(server), { pathname: `/${database}` }).href;
}

let template: Promise<string> | undefined;

/** Copied for each test instead of migrated; made by whoever of the processes on this server is first. */
function migratedTemplate(): Promise<string> {
  template ??= (async () => {
    const name = 'stowage_template';
    const server = await serverUrl();
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    try {
      await client.query('select pg_advisory_lock(1)');
      const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
      if (rowCount === 0) {
        await client.query(`create database ${name}_unfinished`);
        const migrationsDirectory = migrationsOf('postgres');
        const url = urlOf(server, `${name}_unfinished`);
        await (await openPostgres({ url, poolSize: 1, migrationsDirectory })).close();
        await client.query(`alter database ${name}_unfinished rename to ${name}`);
      }
      return name;
    } finally {
      await client.end();
    }
  })();
  return template;
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: await serverUrl() });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
