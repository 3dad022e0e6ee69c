/**
 * The port through which everything reaches the database. Repositories take a {@link Queries}; only `lib/db` knows
 * what is behind it.
 */
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Tables } from './define-schema.ts';

/** What a repository needs: a handle to ask through, and the tables of the dialect. */
export interface Queries {
  /** Typed as SQLite's; on PostgreSQL the same calls are awaited (see `columns.ts`). Always `await` what it returns. */
  readonly db: BetterSQLite3Database;
  readonly tables: Tables;
}

export interface Transaction extends Queries {
  /** Runs after the commit, never after a rollback; its failure is only logged. */
  afterCommit(work: () => void): void;
}

export interface Database {
  /** Reads outside a transaction: sees what is committed. */
  readonly read: Queries;
  /** Serialised on SQLite. No bytes move and nothing waits for a store inside. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
