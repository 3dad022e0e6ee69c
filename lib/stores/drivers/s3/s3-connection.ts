import http from 'node:http';
import https from 'node:https';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { defaultRetryOptions, RetryBudget, retrying, type RetryOptions } from '#lib/streams/retry.ts';
import { readCaFile } from '../../ca-file.ts';
import type { S3Options } from './options.ts';
import { judgeS3Error, toS3Fault } from './s3-faults.ts';

const connectTimeoutMilliseconds = 10_000;
/** Nothing came or went on a connection for so long: it is given up and the call repeated. */
const idleTimeoutMilliseconds = 30_000;
/** Completing many parts and copying inside the endpoint may be silent for minutes. */
export const slowIdleTimeoutMilliseconds = 10 * 60_000;
const socketsAtOnce = 256;

/** Without one the SDK writes some of its warnings to the console. What goes wrong is told by faults. */
const silent = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** false: an unknown outcome must be looked at first. */
  isRepeatable?: boolean;
  /** The endpoint has much to do before it answers. */
  isSlow?: boolean;
}

export interface SendOptions {
  abortSignal?: AbortSignal;
}

/** The SDK's client, made at the first call; with our own retries, and errors as faults. */
export class S3Connection {
  readonly storeId: string;
  readonly options: S3Options;
  readonly #retry: RetryOptions;
  readonly #budget = new RetryBudget();
  readonly #clients = new Map<number, Promise<S3Client>>();

  constructor(storeId: string, options: S3Options, retry: Partial<RetryOptions> = {}) {
    this.storeId = storeId;
    this.options = options;
    this.#retry = { ...defaultRetryOptions, ...retry };
  }

  /** By TLS, which lets no byte be changed on its way. */
  get isEncrypted(): boolean {
    return !(this.options.endpoint ?? 'https:').startsWith('http:');
  }

  /** `run` sends one command, perhaps several times. Rejects with a StoreFault or what the guard understands. */
  async call<Value>(
    { signal, isRepeatable = true, isSlow = false }: CallOptions,
    run: (client: S3Client, options: SendOptions) => Promise<Value>,
  ): Promise<Value> {
    try {
      const client = await this.#open(isSlow ? slowIdleTimeoutMilliseconds : idleTimeoutMilliseconds);
      const send = () => run(client, signal ? { abortSignal: signal } : {});
      if (!isRepeatable) return await send();
      return await retrying(this.#budget, this.#retry, judgeS3Error, send, signal);
    } catch (error) {
      throw toS3Fault(error, this.storeId);
    }
  }

  async close(): Promise<void> {
    const clients = [...this.#clients.values()];
    this.#clients.clear();
    for (const client of clients) (await client).destroy();
  }

  #open(idleMilliseconds: number): Promise<S3Client> {
    const known = this.#clients.get(idleMilliseconds);
    if (known !== undefined) return known;
    const client = this.#make(idleMilliseconds);
    this.#clients.set(idleMilliseconds, client);
    // What was wrong may be mended by the next call.
    client.catch(() => this.#clients.delete(idleMilliseconds));
    return client;
  }

  async #make(idleMilliseconds: number): Promise<S3Client> {
    const { options } = this;
    const agent = { keepAlive: true, maxSockets: socketsAtOnce, maxFreeSockets: 32 };
    const ca = options.ca_file === undefined ? {} : { ca: readCaFile(options.ca_file, this.storeId) };
    const config: S3ClientConfig = {
      region: options.region,
      forcePathStyle: options.path_style ?? options.endpoint !== undefined,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      // Retries are ours: a lost answer must be looked at before some calls are repeated.
      maxAttempts: 1,
      // A round trip for each part, where a refusal in the middle of it costs no more.
      expectContinueHeader: false,
      logger: silent,
      requestHandler: {
        connectionTimeout: connectTimeoutMilliseconds,
        socketTimeout: idleMilliseconds,
        httpAgent: new http.Agent(agent),
        httpsAgent: new https.Agent({ ...agent, ...ca }),
      },
    };
    if (options.endpoint !== undefined) config.endpoint = options.endpoint;
    if (options.access_key !== undefined && options.secret_key !== undefined) {
      config.credentials = {
        accessKeyId: options.access_key,
        secretAccessKey: options.secret_key,
        ...(options.session_token !== undefined && { sessionToken: options.session_token }),
      };
    }
    return new S3Client(config);
  }
}
