/**
 * SQLite through better-sqlite3: one writing connection, whose transactions run one after the other because they may
 * await, and one reading connection for everything else, which never waits for the writer (WAL).
 */
import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import SQLite from 'better-sqlite3';
import { StowageError } from '../contract/errors.ts';
import { sqliteColumns } from './columns.ts';
import { openCommitWork } from './commit-work.ts';
import type { Database, Queries } from './database.ts';
import { defineSchema } from './define-schema.ts';
import { GroupCommit, LogLost } from './group-commit.ts';
import { assertKnown } from './migrations.ts';
import { cacheStatements } from './statement-cache.ts';
import { WriteAheadLog } from './write-ahead-log.ts';

export interface SqliteOptions {
  file: string;
  migrationsDirectory: string;
  /** Milliseconds since the epoch; the clock of this process if absent. */
  now?: () => number;
  onAfterCommitFailure?: (error: unknown) => void;
}

export function openSqlite({
  file,
  migrationsDirectory,
  now = () => Date.now(),
  onAfterCommitFailure,
}: SqliteOptions): Database {
  keepFromOthers(file);
  const writer = connect(file);
  try {
    assertKnown(listApplied(writer), migrationsDirectory);
    migrate(drizzle(writer), { migrationsFolder: migrationsDirectory });
  } catch (error) {
    writer.close();
    throw error;
  }
  const reader = connect(file);
  reader.pragma('query_only = true');
  // Half the time of a search in a large file goes into copying pages to where they can be read already.
  reader.pragma(`mmap_size = ${mappedBytes}`);
  const shared = {
    tables: defineSchema(sqliteColumns),
    dialect: 'sqlite',
    now: () => Promise.resolve(now()),
  } as const;
  const read: Queries = { ...shared, db: drizzle(cacheStatements(reader)) };
  const log = new WriteAheadLog(file, writer, reader, (error) => onAfterCommitFailure?.(error));
  const commits = new GroupCommit(cacheStatements(writer), log);
  const write: Queries = { ...shared, db: drizzle(writer) };

  return {
    read,
    channel: null,
    jobs: null,
    async transaction(work) {
      const { finish, tell, ...commitWork } = openCommitWork();
      let result;
      try {
        result = await commits.run(async () => {
          const value = await work({
            ...write,
            ...commitWork,
            lock: nothing,
            notify: nothing,
            enqueue: nothing,
          });
          await finish();
          return value;
        });
      } catch (error) {
        throw toDatabaseError(error);
      }
      tell(onAfterCommitFailure);
      return result;
    },
    async close() {
      await commits.idle();
      log.close();
      reader.close();
      writer.close();
    },
  };
}

/** Of address space, not of memory; as much as SQLite allows. */
const mappedBytes = 2 ** 31 - 2 ** 16;

/** There is nobody else on this database. */
const nothing = (): Promise<void> => Promise.resolve();

/**
 * Hashes of passwords and tokens lie in it: nobody else on the machine reads it, whatever the directory allows. SQLite
 * gives its other files the mode of this one; a group that an operator has let in stays.
 */
function keepFromOthers(file: string): void {
  if (!existsSync(file) && existsSync(path.dirname(file))) closeSync(openSync(file, 'a', 0o600));
  for (const name of [file, `${file}-wal`, `${file}-shm`]) {
    const found = statSync(name, { throwIfNoEntry: false });
    const isOurs = found?.uid === process.getuid?.();
    if (found !== undefined && isOurs && (found.mode & 0o007) !== 0) chmodSync(name, found.mode & 0o770);
  }
}

function connect(file: string): SQLite.Database {
  const connection = new SQLite(file);
  connection.pragma('journal_mode = WAL');
  // FULL: what was acknowledged survives a power cut, not only a crash of the process. See `WriteAheadLog` for what follows.
  connection.pragma('synchronous = FULL');
  connection.pragma('busy_timeout = 5000');
  connection.pragma('cache_size = -16384');
  connection.pragma('temp_store = MEMORY');
  return connection;
}

function listApplied(connection: SQLite.Database): string[] {
  const known = connection
    .prepare("select 1 from sqlite_master where type = 'table' and name = '__drizzle_migrations'")
    .get();
  if (known === undefined) return [];
  return connection.prepare<[], string>('select hash from __drizzle_migrations').pluck().all();
}

/** Full disk and a lock that lasts are told as what they are: nothing was changed, and trying again may help. */
function toDatabaseError(error: unknown): unknown {
  if (error instanceof LogLost) {
    return new StowageError(
      'database_unavailable',
      'The disk of the database failed while a change was being kept; whether it was is not known yet.',
      {
        remedy: 'Look after the disk of the data directory, then restart Stowage.',
        retryAfterSeconds: 60,
        cause: error,
      },
    );
  }
  const code = error instanceof SQLite.SqliteError ? error.code : undefined;
  if (code === 'SQLITE_FULL' || code?.startsWith('SQLITE_BUSY') || code?.startsWith('SQLITE_IOERR')) {
    return new StowageError(
      'database_unavailable',
      'The database cannot be written just now. Nothing was changed.',
      {
        remedy:
          'Try again in a few seconds; if it stays so, look whether the disk of the data directory is full.',
        retryAfterSeconds: 5,
        cause: error,
      },
    );
  }
  return error;
}
