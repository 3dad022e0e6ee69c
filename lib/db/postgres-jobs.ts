/**
 * Jobs through graphile-worker: it hands out within milliseconds (LISTEN/NOTIFY, SKIP LOCKED), adds a job in our own
 * transaction by a function of SQL, and keys and schedules are its own. It holds no connection while a job runs.
 */
import { Logger as WorkerLogger, parseCronItems, run, runMigrations, type Runner } from 'graphile-worker';
import pg from 'pg';
import type { Job, JobBoard, JobBoardOptions } from './jobs.ts';
import { toDatabaseError } from './postgres-errors.ts';

/** A job that was added while nobody was told is found by asking. */
const pollMilliseconds = 2_000;

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
  #runner: Runner | null = null;

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

  async start({ atOnce, handlers, schedule }: JobBoardOptions): Promise<void> {
    this.#runner = await run({
      pgPool: this.#pool,
      concurrency: atOnce,
      pollInterval: pollMilliseconds,
      noHandleSignals: true,
      logger: quiet(this.#onFailure),
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
    // Its end by itself is a failure that it has logged; what remains is the slower look of the worker.
    this.#runner.promise.catch(this.#onFailure);
  }

  async stop(): Promise<void> {
    const runner = this.#runner;
    this.#runner = null;
    await runner?.stop().catch(this.#onFailure);
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
