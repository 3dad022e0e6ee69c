import { Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher } from 'undici';
import { readCaFile } from '../../ca-file.ts';
import { SwiftRefusal } from './swift-faults.ts';

export type Headers = Readonly<Record<string, string>>;

export interface HttpRequest {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE' | 'COPY';
  url: string;
  headers: Headers;
  /** Sent as it is; must not change meanwhile. */
  body?: Uint8Array | readonly Uint8Array[];
  /** Statuses that are answers; others reject with a `SwiftRefusal`. */
  expect: readonly number[];
  /** For the first byte of the answer. */
  patienceMilliseconds?: number;
  signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  status: number;
  /** By lower-case name; of several with one name the first. */
  headers: Headers;
  body: Buffer;
}

export interface StreamedAnswer {
  status: number;
  headers: Headers;
  body: Readable;
  /** Ends the connection if the body was not read to its end. */
  end(): void;
}

const defaultPatienceMilliseconds = 60_000;

/** The connections of one store: kept open between requests, with its own certificates. */
export class HttpConnection {
  readonly #storeId: string;
  readonly #caFile: string | undefined;
  #agent: Agent | null = null;
  #isClosed = false;

  constructor(storeId: string, caFile: string | undefined) {
    this.#storeId = storeId;
    this.#caFile = caFile;
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    const { statusCode, headers, body } = await this.#dispatch(request);
    const content = Buffer.from(await body.arrayBuffer());
    const plain = plainHeaders(headers);
    if (!request.expect.includes(statusCode)) throw refusal(request, statusCode, plain, content);
    return { status: statusCode, headers: plain, body: content };
  }

  /** Like `send`, but the body is still to come. */
  async stream(request: HttpRequest): Promise<StreamedAnswer> {
    const { statusCode, headers, body } = await this.#dispatch(request);
    const plain = plainHeaders(headers);
    if (!request.expect.includes(statusCode)) {
      throw refusal(request, statusCode, plain, Buffer.from(await body.arrayBuffer()));
    }
    return { status: statusCode, headers: plain, body, end: () => void body.destroy() };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#agent?.destroy();
  }

  #dispatch({ method, url, headers, body, patienceMilliseconds, signal }: HttpRequest) {
    if (this.#isClosed) throw new Error('The store is closed.');
    this.#agent ??= new Agent({
      connections: 128,
      pipelining: 1,
      keepAliveTimeout: 4_000,
      connect: {
        timeout: 10_000,
        ...(this.#caFile !== undefined && {
          ca: [...rootCertificates, readCaFile(this.#caFile, this.#storeId)],
        }),
      },
    });
    const { origin, pathname, search } = new URL(url);
    const lengths = body === undefined ? undefined : lengthOf(body);
    return this.#agent.request({
      origin,
      path: `${pathname}${search}`,
      // undici knows the methods of RFC 9110 by type, and sends any token.
      method: method as Dispatcher.HttpMethod,
      headers: lengths === undefined ? headers : { ...headers, 'content-length': `${lengths}` },
      body: body === undefined ? null : body instanceof Uint8Array ? body : Readable.from(body),
      headersTimeout: patienceMilliseconds ?? defaultPatienceMilliseconds,
      bodyTimeout: defaultPatienceMilliseconds,
      ...(signal && { signal }),
    });
  }
}

function lengthOf(body: Uint8Array | readonly Uint8Array[]): number {
  if (body instanceof Uint8Array) return body.byteLength;
  return body.reduce((sum, part) => sum + part.byteLength, 0);
}

function refusal({ method }: HttpRequest, status: number, headers: Headers, body: Buffer): SwiftRefusal {
  return new SwiftRefusal(method, status, body.toString('utf8', 0, 1000), headers['retry-after'] ?? null);
}

function plainHeaders(headers: Record<string, string | string[] | undefined>): Headers {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) plain[name.toLowerCase()] = first;
  }
  return plain;
}
