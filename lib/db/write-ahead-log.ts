import { close, fdatasync, openSync } from 'node:fs';
import type SQLite from 'better-sqlite3';

/** About as many as fill SQLite's own thousand pages, where each transaction changes a few. */
const transactionsBetweenCheckpoints = 256;

/**
 * The log of a SQLite file, made durable without the main thread: SQLite's own COMMIT would stand still until the disk
 * has answered, behind the bytes of all uploads, and every request with it. The writer therefore commits with
 * `synchronous = NORMAL`, which keeps the order of what is written, and this does the rest.
 *
 * What a commit wrote and the disk does not have yet, nobody may see: somebody could act on it (remove an object, tell
 * an offset), and a power cut could take it back. So the reading connection stands still at what is durable meanwhile.
 */
export class WriteAheadLog {
  readonly #file: string;
  readonly #writer: SQLite.Database;
  readonly #reader: SQLite.Database;
  readonly #look: SQLite.Statement;
  readonly #onFailure: (error: unknown) => void;
  #descriptor: number | null = null;
  #transactions = 0;

  /** @param onFailure told of a checkpoint that failed: nothing is lost, but the log grows */
  constructor(
    file: string,
    writer: SQLite.Database,
    reader: SQLite.Database,
    onFailure: (error: unknown) => void,
  ) {
    this.#onFailure = onFailure;
    this.#file = `${file}-wal`;
    this.#writer = writer;
    this.#reader = reader;
    writer.pragma('synchronous = NORMAL');
    // A reader that stands still keeps a checkpoint from reaching the end, and the log would never begin anew.
    writer.pragma('wal_autocheckpoint = 0');
    this.#look = reader.prepare('select 1 from sqlite_schema limit 1');
  }

  /** Before a commit: what is read from now on is what was there before it. */
  hide(): void {
    this.#reader.exec('BEGIN');
    // Only with its first read does a transaction know what it sees.
    this.#look.get();
  }

  /** Resolves when everything that was committed before the call survives a power cut. */
  sync(): Promise<void> {
    // It is the same file for as long as the writer is open, and SQLite's locks, which a second descriptor could
    // cost it, are on other files.
    const descriptor = (this.#descriptor ??= openSync(this.#file, 'r+'));
    return new Promise((resolve, reject) => {
      fdatasync(descriptor, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  /** What was committed can be read. */
  reveal(): void {
    if (this.#reader.inTransaction) this.#reader.exec('COMMIT');
  }

  /** Now and then, carries what is in the log over into the file. Only while nothing is hidden. Never throws. */
  checkpoint(transactions: number): void {
    this.#transactions += transactions;
    if (this.#transactions < transactionsBetweenCheckpoints) return;
    this.#transactions = 0;
    try {
      // It skips what somebody else still reads; the next one comes to that.
      this.#writer.pragma('wal_checkpoint(PASSIVE)');
    } catch (error) {
      this.#onFailure(error);
    }
  }

  close(): void {
    if (this.#descriptor !== null) close(this.#descriptor);
    this.#descriptor = null;
  }
}
