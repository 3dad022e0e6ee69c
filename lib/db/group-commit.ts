import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type SQLite from 'better-sqlite3';
import type { WriteAheadLog } from './write-ahead-log.ts';

const largestBatch = 128;
/** Nobody waits longer than this for others whose work is committed with his own. */
const longestMilliseconds = 20;

interface Job {
  run(): Promise<() => void>;
  fail(error: unknown): void;
}

/** What was committed may or may not be there after a restart: the disk did not say. */
export class LogLost extends Error {}

/**
 * Transactions of one writing connection, one after the other. Those that wait at the same moment are committed
 * together: each in a savepoint of its own, so that one that fails takes back only itself, and one fsync for all.
 * What a call returns is durable when it resolves, and nobody has read it before.
 */
export class GroupCommit {
  readonly #writer: SQLite.Database;
  readonly #log: WriteAheadLog;
  readonly #longestMilliseconds: number;
  readonly #waiting: Job[] = [];
  readonly #savepoint: SQLite.Statement;
  readonly #release: SQLite.Statement;
  readonly #takeBack: SQLite.Statement;
  #pump: Promise<void> | null = null;
  #commitMilliseconds = 0;
  #committedAt = 0;
  #lost: LogLost | null = null;

  constructor(writer: SQLite.Database, log: WriteAheadLog, longest = longestMilliseconds) {
    this.#writer = writer;
    this.#log = log;
    this.#longestMilliseconds = longest;
    this.#savepoint = writer.prepare('SAVEPOINT work');
    this.#release = writer.prepare('RELEASE work');
    this.#takeBack = writer.prepare('ROLLBACK TO work');
  }

  /**
   * Rejects with what `work` throws, and then nothing of it was changed; or with what the commit throws. With `LogLost`
   * it is not known, and from then on nothing is written any more.
   */
  run<Value>(work: () => Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        run: async () => {
          const value = await work();
          return () => resolve(value);
        },
        fail: reject,
      });
      this.#pump ??= this.#drain();
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#pump !== null) await this.#pump;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#gather();
      await this.#commitSome();
    }
    this.#pump = null;
  }

  /**
   * Whoever asks in the same turn of the loop comes along. After a commit just now more are on their way, most likely:
   * waiting half as long as one takes saves more of them than it costs.
   */
  async #gather(): Promise<void> {
    const wait = Math.min(this.#longestMilliseconds, this.#commitMilliseconds / 2);
    const isBusy = performance.now() - this.#committedAt < 2 * wait;
    if (isBusy && wait >= 1) await sleep(wait);
    else await nextTurn();
  }

  async #commitSome(): Promise<void> {
    try {
      if (this.#lost !== null) throw this.#lost;
      this.#rollBack();
      this.#writer.exec('BEGIN IMMEDIATE');
    } catch (error) {
      // The others would wait as long as this one did, to hear the same.
      for (const job of this.#waiting.splice(0)) job.fail(error);
      return;
    }
    const written: { job: Job; tell: () => void }[] = [];
    let writtenAt;
    try {
      const startedAt = performance.now();
      for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
        const tell = await this.#runInSavepoint(job);
        if (tell !== null) written.push({ job, tell });
        if (written.length >= largestBatch || performance.now() - startedAt >= this.#longestMilliseconds)
          break;
      }
      writtenAt = performance.now();
      this.#log.hide();
      this.#writer.exec('COMMIT');
    } catch (error) {
      for (const { job } of written) job.fail(error);
      this.#rollBack();
      this.#log.reveal();
      return;
    }
    if (!(await this.#makeDurable(written.map(({ job }) => job)))) return;
    this.#committedAt = performance.now();
    this.#commitMilliseconds = this.#commitMilliseconds * 0.8 + (this.#committedAt - writtenAt) * 0.2;
    for (const { tell } of written) tell();
    this.#log.checkpoint(written.length);
  }

  async #makeDurable(jobs: readonly Job[]): Promise<boolean> {
    try {
      if (jobs.length > 0) await this.#log.sync();
    } catch (error) {
      // After such an error a further fsync may say yes without having written: what is readable stays what is durable.
      this.#lost = new LogLost('the log of the database could not be made durable', { cause: error });
      for (const job of jobs) job.fail(this.#lost);
      return false;
    }
    this.#log.reveal();
    return true;
  }

  /** False when even that fails: the next ones try it again, and are told when they cannot begin. */
  #rollBack(): boolean {
    try {
      if (this.#writer.inTransaction) this.#writer.exec('ROLLBACK');
      return true;
    } catch {
      return false;
    }
  }

  /** Null when the work has failed and is taken back. Throws when the whole transaction is lost with it. */
  async #runInSavepoint(job: Job): Promise<(() => void) | null> {
    try {
      this.#savepoint.run();
      const tell = await job.run();
      this.#release.run();
      return tell;
    } catch (error) {
      job.fail(error);
      // A full disk and errors of the device make SQLite roll all of it back by itself.
      if (!this.#writer.inTransaction) throw error;
      this.#takeBack.run();
      this.#release.run();
      return null;
    }
  }
}
