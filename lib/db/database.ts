/**
 * The port through which everything reaches the database. Repositories take a {@link Queries}; only `lib/db` knows
 * what is behind it.
 */
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Charges } from './charges.ts';
import type { Channel } from './channel.ts';
import type { Job, JobBoard } from './jobs.ts';
import type { Tables } from './define-schema.ts';

/** What a repository needs: a handle to ask through, and the tables of the dialect. */
export interface Queries {
  /** Typed as SQLite's; on PostgreSQL the same calls are awaited (see `columns.ts`). Always `await` what it returns. */
  readonly db: BetterSQLite3Database;
  readonly tables: Tables;
  /** For the few statements that the two do not share. */
  readonly dialect: 'sqlite' | 'postgres';
  /**
   * Milliseconds since the epoch by the clock that every process on this database shares: its own on PostgreSQL, the
   * only process's on SQLite. Leases are given and judged by it, never by the clock of a machine.
   */
  now(): Promise<number>;
}

export interface Transaction extends Queries {
  /**
   * Waits until no other transaction holds any of the keys, and holds them until the end of this one: between reading and
   * writing what belongs to a key nobody else writes it. The key is the id of the image that something belongs to, or the
   * name of another aggregate (`store:fast`, `user:admin`); the first thing in a transaction, several in sorted order.
   * Does nothing on SQLite, where transactions run one after the other.
   */
  lock(...keys: string[]): Promise<void>;
  /**
   * Runs last in the transaction, sorted by key: for rows that many transactions write (counters), so that they are
   * held for a moment only and always in the same order. Its statements must not depend on what this transaction read.
   */
  beforeCommit(key: string, work: () => Promise<void>): void;
  /** What projects use more or less by this transaction; see `repositories/usage.ts`. */
  readonly charges: Charges;
  /** Heard by the other processes on this database when it commits (see `Channel`). Nobody else is there on SQLite. */
  notify(text: string): Promise<void>;
  /** Waits for a process that has room, from the commit on. On SQLite there is one, and it looks by itself. */
  enqueue(job: Job): Promise<void>;
  /** Runs after the commit, never after a rollback; its failure is only logged. */
  afterCommit(work: () => void): void;
}

export interface Database {
  /** Reads outside a transaction: sees what is committed. */
  readonly read: Queries;
  /**
   * Serialised on SQLite; on PostgreSQL READ COMMITTED and, after a conflict with another transaction, run again from
   * the beginning: `work` changes nothing but through `q`, and leaves the rest to `afterCommit`. No bytes move and
   * nothing waits for a store inside, and everything is asked through `q`, never through `read`.
   *
   * Throws `database_unavailable` when the database is away or busy for too long. Unless it says otherwise, nothing was
   * changed.
   */
  transaction<T>(work: (q: Transaction) => Promise<T>): Promise<T>;
  /** To the other processes on this database; null on SQLite, which belongs to one. */
  readonly channel: Channel | null;
  /** Jobs for whichever process has room; null on SQLite. */
  readonly jobs: JobBoard | null;
  close(): Promise<void>;
}

/** For a repository that finds a row other than its transaction has read it. The transaction is then run again. */
export function overtaken(): Error {
  return Object.assign(new Error('a row was changed by another transaction since it was read'), {
    code: '40001',
  });
}
