/** LISTEN/NOTIFY: one connection of its own that listens, and comes back by itself when it breaks. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { longestMessageBytes, type Channel } from './channel.ts';
import { toDatabaseError } from './postgres-errors.ts';

const channelName = 'stowage';
const firstPauseMilliseconds = 200;
const longestPauseMilliseconds = 5_000;
/** A connection that a firewall has forgotten says nothing: whoever listens asks from time to time. */
const probeMilliseconds = 10_000;
const answerMilliseconds = 5_000;

interface Sender {
  query(text: string, values: unknown[]): Promise<unknown>;
}

export interface PostgresChannelOptions {
  url: string;
  /** For what is told outside a transaction. */
  pool: pg.Pool;
  onConnectionError?: (error: unknown) => void;
}

export class PostgresChannel implements Channel {
  readonly #options: PostgresChannelOptions;
  /** Everybody hears everything; what bears this name is one's own. */
  readonly #own = randomBytes(8).toString('hex');
  readonly #closing = new AbortController();
  #listening: { hear: (text: string) => void; onGap: () => void } | null = null;
  #client: pg.Client | null = null;
  /** `performance.now()` when it listened. */
  #since = Infinity;
  #probe: NodeJS.Timeout | null = null;
  #returning: Promise<void> | null = null;

  constructor(options: PostgresChannelOptions) {
    this.#options = options;
  }

  async tell(text: string): Promise<void> {
    try {
      await this.send(this.#options.pool, text);
    } catch (error) {
      throw toDatabaseError(error);
    }
  }

  /** Through this connection: in a transaction, others hear it when it commits and never when it does not. */
  async send(connection: Sender, ...texts: string[]): Promise<void> {
    if (texts.some((text) => Buffer.byteLength(text) > longestMessageBytes))
      throw new Error('a message to the other processes is too long');
    const messages = texts.map((text) => this.#own + text);
    await connection.query('select pg_notify($1, message) from unnest($2::text[]) as messages (message)', [
      channelName,
      messages,
    ]);
  }

  async listen(hear: (text: string) => void, onGap: () => void): Promise<void> {
    this.#listening = { hear, onGap };
    await this.#connect();
    this.#probe = setInterval(() => void this.#ask(), probeMilliseconds).unref();
  }

  /**
   * Through the connection that listens, if it has stood since before `at` (of `performance.now()`): then the server has
   * not crashed meanwhile, because that ends every connection. Null where it has not; rejects when it breaks.
   */
  async askSince<Row extends pg.QueryResultRow>(
    at: number,
    text: string,
    values: unknown[],
  ): Promise<Row[] | null> {
    const client = this.#client;
    if (client === null || this.#since > at) return null;
    return (await client.query<Row>(text, values)).rows;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#probe !== null) clearInterval(this.#probe);
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => undefined);
    await this.#returning;
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#options.url,
      application_name: 'stowage listener',
      keepAlive: true,
      connectionTimeoutMillis: answerMilliseconds,
      query_timeout: answerMilliseconds,
    });
    client.on('notification', ({ payload = '' }) => {
      if (!payload.startsWith(this.#own)) this.#listening?.hear(payload.slice(this.#own.length));
    });
    client.on('error', (error) => this.#lose(client, error));
    client.on('end', () => this.#lose(client, new Error('the connection ended')));
    this.#client = client;
    await client.connect();
    await client.query(`listen ${channelName}`);
    this.#since = performance.now();
  }

  #lose(client: pg.Client, error: unknown): void {
    if (this.#client !== client || this.#closing.signal.aborted) return;
    this.#client = null;
    this.#since = Infinity;
    this.#options.onConnectionError?.(error);
    void client.end().catch(() => undefined);
    this.#return();
  }

  #return(): void {
    this.#returning ??= this.#comeBack().finally(() => {
      this.#returning = null;
    });
  }

  async #comeBack(): Promise<void> {
    const { signal } = this.#closing;
    for (
      let pause = firstPauseMilliseconds;
      !signal.aborted;
      pause = Math.min(2 * pause, longestPauseMilliseconds)
    ) {
      await delay(pause, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.#connect();
        this.#listening?.onGap();
        return;
      } catch (error) {
        const client = this.#client;
        this.#client = null;
        void client?.end().catch(() => undefined);
        this.#options.onConnectionError?.(error);
      }
    }
  }

  async #ask(): Promise<void> {
    const client = this.#client;
    if (client === null) {
      // Lost in the moment in which it had come back.
      if (this.#returning === null) this.#return();
      return;
    }
    try {
      await client.query('select 1');
    } catch (error) {
      this.#lose(client, error);
    }
  }
}
