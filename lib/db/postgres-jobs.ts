/**
 * Jobs through graphile-worker: it hands out within milliseconds (LISTEN/NOTIFY, SKIP LOCKED), adds a job in our own
 * transaction by a function of SQL, and keys and schedules are its own. It holds no connection while a job runs.
 */
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import {
  Logger as WorkerLogger,
  parseCronItems,
  run,
  runMigrations,
  type Runner,
  type WorkerEvents,
} from 'graphile-worker';
import pg from 'pg';
import type { Job, JobBoard, JobBoardOptions } from './jobs.ts';
import { toDatabaseError } from './postgres-errors.ts';

/** A job that was added while nobody was told is found by asking. */
const pollMilliseconds = 2_000;
const firstPauseMilliseconds = 200;
const longestPauseMilliseconds = 5_000;

interface Connection {
  query(text: string, values: unknown[]): Promise<unknown>;
}

export interface PostgresJobsOptions {
  pool: pg.Pool;
  onFailure?: (error: unknown) => void;
}

export class PostgresJobs implements JobBoard {
  readonly #pool: pg.Pool;
  readonly #onFailure: (error: unknown) => void;
  readonly #stopping = new AbortController();
  /** One, and those that have given up while a job of theirs goes on. */
  readonly #runners = new Set<Runner>();
  #returning: Promise<void> = Promise.resolve();

  constructor({ pool, onFailure = () => undefined }: PostgresJobsOptions) {
    this.#pool = pool;
    this.#onFailure = onFailure;
  }

  async add(job: Job): Promise<void> {
    try {
      await this.enqueue(this.#pool, job);
    } catch (error) {
      throw toDatabaseError(error);
    }
  }

  /** Through this connection: in a transaction, the job is there when it commits. */
  async enqueue(connection: Connection, { name, key, runAt = null, keepTime = false }: Job): Promise<void> {
    await connection.query(
      `select graphile_worker.add_job($1::text, run_at => to_timestamp($2::float8 / 1000),
        job_key => $3::text, job_key_mode => $4::text)`,
      [name, runAt, key, keepTime ? 'preserve_run_at' : 'replace'],
    );
  }

  async start(options: JobBoardOptions): Promise<void> {
    await this.#run(options);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#returning;
    await Promise.all(
      [...this.#runners].map(async (runner) => {
        // One that has given up cannot be stopped any more; it has said why.
        await runner.stop().catch(() => undefined);
        await runner.promise.catch(() => undefined);
      }),
    );
  }

  async #run(options: JobBoardOptions): Promise<void> {
    const { atOnce, handlers, schedule } = options;
    const events: WorkerEvents = new EventEmitter();
    const runner = await run({
      pgPool: this.#pool,
      concurrency: atOnce,
      pollInterval: pollMilliseconds,
      noHandleSignals: true,
      logger: quiet(this.#onFailure),
      events,
      // Without these it lets the end of a job go unheard: a connection that breaks just then would end the process.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
      taskList: Object.fromEntries(
        Object.entries(handlers).map(([name, handle]) => [name, async () => await handle()]),
      ),
      parsedCronItems: parseCronItems(
        Object.entries(schedule).map(([task, minutes]) => ({
          task,
          match: minutes === 1 ? '* * * * *' : `*/${minutes} * * * *`,
          options: { jobKey: task, jobKeyMode: 'preserve_run_at' },
        })),
      ),
    });
    this.#runners.add(runner);
    // By itself it gives up when it cannot write that a job has ended. Those that run end in peace beside its successor.
    events.once('pool:gracefulShutdown', () => {
      this.#returning = this.#comeBack(options);
    });
    this.#stopWhenDeaf(runner, events);
    void runner.promise.catch(this.#onFailure).finally(() => this.#runners.delete(runner));
  }

  /** Whose very first question fails remembers the failure instead of an answer, and gets no job ever. */
  #stopWhenDeaf(runner: Runner, events: WorkerEvents): void {
    const deaf = () => {
      heard();
      void runner.stop().catch(this.#onFailure);
    };
    const heard = () => {
      events.off('worker:getJob:error', deaf);
      events.off('worker:getJob:empty', heard);
      events.off('job:start', heard);
    };
    events.on('worker:getJob:error', deaf);
    events.on('worker:getJob:empty', heard);
    events.on('job:start', heard);
  }

  async #comeBack(options: JobBoardOptions): Promise<void> {
    const { signal } = this.#stopping;
    for (let pause = firstPauseMilliseconds; ; pause = Math.min(2 * pause, longestPauseMilliseconds)) {
      await delay(pause, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        return await this.#run(options);
      } catch (error) {
        this.#onFailure(error);
      }
    }
  }
}

/** Its own tables, in a schema of their own. Whoever calls sees to it that one process does it at a time. */
export async function migrateJobs(url: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1, application_name: 'stowage migrations' });
  // What breaks a connection is told by the statement that it breaks.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    await runMigrations({ pgPool: pool, logger: quiet(() => undefined) });
  } finally {
    await pool.end();
  }
}

function quiet(onFailure: (error: unknown) => void): WorkerLogger {
  return new WorkerLogger(() => (level, message, meta) => {
    if (level === 'error') onFailure(meta?.['error'] ?? new Error(message));
  });
}
