/**
 * PostgreSQL through pg: a pool for each process, READ COMMITTED transactions, and advisory locks where SQLite has its
 * one writer. A connection is taken for a statement or a transaction and never while bytes flow.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { NodePgDatabase, NodePgSession, type NodePgClient } from 'drizzle-orm/node-postgres';
import { PgDialect, type PgPreparedQuery, type PreparedQueryConfig } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { postgresColumns } from './columns.ts';
import { openCommitWork } from './commit-work.ts';
import { overtaken, type Database, type Queries, type Transaction } from './database.ts';
import { defineSchema } from './define-schema.ts';
import type { Job } from './jobs.ts';
import { PostgresChannel } from './postgres-channel.ts';
import { isConflict, isConnectionLost, toDatabaseError } from './postgres-errors.ts';
import { PostgresJobs } from './postgres-jobs.ts';
import { migratePostgres } from './postgres-migrations.ts';
import { findOutcome, type Begun } from './postgres-outcome.ts';

export interface PostgresOptions {
  /** postgres://…; may hold a password, so it is never told. */
  url: string;
  /** Connections of this process at most, beside the one that migrates at the start. */
  poolSize: number;
  /** How long a request waits for a connection that is free; 30 s if absent. */
  poolWaitMilliseconds?: number;
  migrationsDirectory: string;
  /** Milliseconds since the epoch; the database's own clock if absent. */
  now?: () => number;
  onAfterCommitFailure?: (error: unknown) => void;
  /** A connection broke or could not be made yet: another one is tried, nothing was lost. */
  onConnectionError?: (error: unknown) => void;
}

export interface PostgresDatabase extends Database {
  /** For what shares the connections: the queue of jobs, notifications. */
  readonly pool: pg.Pool;
}

/** A server that does not answer is told apart from a pool that is busy: that one is waited for as long as a statement. */
const connectTimeoutMilliseconds = 5_000;
/** As long as SQLite waits for its writer. */
const lockTimeoutMilliseconds = 5_000;
const statementTimeoutMilliseconds = 30_000;
/** A server that does not even say that it gave up. */
const queryTimeoutMilliseconds = statementTimeoutMilliseconds + 5_000;
/** A process that is frozen in a transaction does not keep the others from what it has locked. */
const idleInTransactionTimeoutMilliseconds = 10_000;
const attemptLimit = 10;
/** `unnest` keeps the order. */
const lockStatement =
  'select pg_advisory_xact_lock(hashtextextended(key, 0)) from unnest($1::text[]) as keys (key)';

class PromptClient extends pg.Client {
  constructor(config: pg.ClientConfig = {}) {
    super({ ...config, connectionTimeoutMillis: connectTimeoutMilliseconds });
  }
}

/**
 * Connects, brings the schema to what this code needs (one process at a time, the others wait) and opens the pool.
 * Throws `database_unavailable` when there is no server within half a minute, `conflict` when the schema is newer.
 */
export async function openPostgres(options: PostgresOptions): Promise<PostgresDatabase> {
  await migratePostgres(options);
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: 'stowage',
    max: options.poolSize,
    keepAlive: true,
    // Of the pool: for a connection that is free.
    connectionTimeoutMillis: options.poolWaitMilliseconds ?? statementTimeoutMilliseconds,
    Client: PromptClient,
    lock_timeout: lockTimeoutMilliseconds,
    statement_timeout: statementTimeoutMilliseconds,
    query_timeout: queryTimeoutMilliseconds,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMilliseconds,
    // Compiling a list's query takes ten times as long as running it.
    options: '-c jit=off',
  });
  const onConnectionError = (error: unknown) => {
    // The pool hangs the whole connection on it, which would fill a line of the log with what nobody asked for.
    if (error instanceof Error) Reflect.deleteProperty(error, 'client');
    options.onConnectionError?.(error);
  };
  pool.on('error', onConnectionError);
  // Also while it is taken: between two statements of a transaction nobody else listens.
  pool.on('connect', (client) => client.on('error', onConnectionError));
  const tables = defineSchema(postgresColumns);
  /** Of each connection, so that what is prepared once stays so (see `prepared.ts`). */
  const queriesOf = new WeakMap<pg.PoolClient, Queries>();

  const jobs = new PostgresJobs({ pool, onFailure: onConnectionError });
  const channel = new PostgresChannel({ url: options.url, pool, onConnectionError });

  async function begin(): Promise<{ client: pg.PoolClient; begun: Begun }> {
    const client = await pool.connect();
    const at = performance.now();
    try {
      // In one message, so that its number costs no round trip; the types know of one result only.
      const results: unknown = await client.query(
        'begin isolation level read committed read write; select pg_current_xact_id()::text as xid',
      );
      const [, { rows }] = results as [unknown, pg.QueryResult<{ xid: string }>];
      return { client, begun: { at, xid: rows[0]?.xid ?? '' } };
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  async function attempt<T>(work: (q: Transaction) => Promise<T>): Promise<T> {
    const { finish, tell, ...commitWork } = openCommitWork();
    const { client, begun } = await begin();
    let result: T;
    try {
      let q = queriesOf.get(client);
      if (q === undefined) queriesOf.set(client, (q = openQueries(client, tables, options.now)));
      const lock = async (...keys: string[]) => {
        await client.query(lockStatement, [keys.toSorted()]);
      };
      const told: string[] = [];
      const notify = (text: string) => {
        if (told.length === 0) commitWork.beforeCommit('', () => channel.send(client, ...told.splice(0)));
        told.push(text);
        return Promise.resolve();
      };
      const enqueue = (job: Job) => jobs.enqueue(client, job);
      result = await work({ ...q, ...commitWork, lock, notify, enqueue });
      await finish();
    } catch (error) {
      await rollBack(client, error);
      throw isConflict(error) ? error : toDatabaseError(error);
    }
    await commit(client, begun);
    tell(options.onAfterCommitFailure);
    return result;
  }

  /** Throws a conflict, so that it is run again, when nothing was changed after all. */
  async function commit(client: pg.PoolClient, begun: Begun): Promise<void> {
    try {
      await client.query('commit');
      client.release();
    } catch (error) {
      await rollBack(client, error);
      if (isConflict(error)) throw error;
      const outcome = isConnectionLost(error) ? await findOutcome(begun, { pool, channel }) : 'unknown';
      if (outcome === 'aborted') throw overtaken();
      if (outcome === 'unknown') throw toDatabaseError(error, { isCommit: true });
    }
  }

  return {
    pool,
    read: openQueries(pool, tables, options.now),
    async transaction(work) {
      for (let attempts = 1; ; attempts += 1) {
        try {
          return await attempt(work);
        } catch (error) {
          if (!isConflict(error) || attempts === attemptLimit) throw toDatabaseError(error);
        }
        await delay(Math.random() * 10 * attempts);
      }
    },
    channel,
    jobs,
    async close() {
      await jobs.stop();
      await channel.close();
      await pool.end();
    },
  };
}

function openQueries(client: NodePgClient, tables: Queries['tables'], now?: () => number): Queries {
  const dialect = new PgDialect();
  const db = new NodePgDatabase(dialect, new Session(client, dialect, undefined), undefined);
  return {
    db: db as unknown as Queries['db'],
    tables,
    dialect: 'postgres',
    async now() {
      if (now !== undefined) return now();
      try {
        const { rows } = await client.query<{ now: string }>(
          'select (extract(epoch from clock_timestamp()) * 1000)::bigint as now',
        );
        return Number(rows[0]?.now);
      } catch (error) {
        throw toDatabaseError(error);
      }
    },
  };
}

/** A connection that cannot even roll back is thrown away, and the server rolls back. */
async function rollBack(client: pg.PoolClient, error: unknown): Promise<void> {
  if (isConnectionLost(error)) return client.release(true);
  const isClean = await client.query('rollback').then(
    () => true,
    () => false,
  );
  client.release(!isClean);
}

/** Drizzle's, with errors that may be told; see `toDatabaseError`. */
class Session extends NodePgSession<Record<string, never>, Record<string, never>> {
  override prepareQuery<T extends PreparedQueryConfig>(...preparation: Preparation<T>): PgPreparedQuery<T> {
    const prepared = super.prepareQuery<T>(...preparation);
    const execute = prepared.execute.bind(prepared);
    prepared.execute = async (values) => {
      try {
        return await execute(values);
      } catch (error) {
        throw isConflict(error) ? error : toDatabaseError(error);
      }
    };
    return prepared;
  }
}

declare const prepare: NodePgSession<Record<string, never>, Record<string, never>>['prepareQuery'];
type Preparation<T extends PreparedQueryConfig> = Parameters<typeof prepare<T>>;
