import { defaultRetryOptions, RetryBudget, retrying, type RetryOptions } from '#lib/streams/retry.ts';
import { StoreFault } from '../../store.ts';
import { HttpConnection, type HttpAnswer, type HttpRequest, type StreamedAnswer } from './http-connection.ts';
import type { SwiftOptions } from './options.ts';
import { signIn, type Session } from './sign-in.ts';
import { isRefusal, judge, toSwiftFault } from './swift-faults.ts';

export interface SwiftRequest extends Omit<HttpRequest, 'url' | 'headers'> {
  /** Container and object; none of them: the account. */
  path: readonly string[];
  query?: string;
  headers?: Readonly<Record<string, string>>;
}

export interface SwiftLimits {
  /** Entries of one SLO manifest. */
  manifestSegments: number;
  /**
   * Looks at the segments that a manifest names, takes manifests among them, gives it back, and heeds `If-None-Match`.
   * Swift itself does; radosgw does nothing of it.
   */
  isStrict: boolean;
}

/** For tests. */
export interface SwiftTuning {
  retry?: Partial<RetryOptions>;
  /** Instead of what Swift takes. */
  manifestSegments?: number;
}

/** The limits of Swift where `/info` cannot be read. */
const plainLimits: SwiftLimits = { manifestSegments: 1000, isStrict: false };

/**
 * The few calls of Swift's API that the driver makes. It signs in when the first call comes, again shortly before the
 * token ends, and once more when a call in the middle of an upload is answered 401. Everything it rejects with is a
 * StoreFault, apart from aborts and what nobody expected.
 */
export class SwiftClient {
  readonly #storeId: string;
  readonly #options: SwiftOptions;
  readonly #connection: HttpConnection;
  readonly #retry: RetryOptions;
  readonly #budget = new RetryBudget();
  readonly #manifestSegments: number | undefined;
  #session: Promise<Session> | null = null;
  /** Sessions whose token was answered 401. */
  readonly #refused = new WeakSet<Session>();
  #limits: Promise<SwiftLimits> | null = null;

  constructor(storeId: string, options: SwiftOptions, { retry, manifestSegments }: SwiftTuning = {}) {
    this.#storeId = storeId;
    this.#manifestSegments = manifestSegments;
    this.#options = options;
    this.#connection = new HttpConnection(storeId, options.ca_file);
    this.#retry = { ...defaultRetryOptions, ...retry };
  }

  /** One try. For calls that the guard repeats, or that must not be. */
  send(request: SwiftRequest): Promise<HttpAnswer> {
    return this.#faultsOf(this.#authorized(request, (plain) => this.#connection.send(plain)));
  }

  stream(request: SwiftRequest): Promise<StreamedAnswer> {
    return this.#faultsOf(this.#authorized(request, (plain) => this.#connection.stream(plain)));
  }

  /** Tries again while the error is one that passes. For calls that are safe to repeat. */
  repeat(request: SwiftRequest): Promise<HttpAnswer> {
    return this.retried(request.signal, () =>
      this.#authorized(request, (plain) => this.#connection.send(plain)),
    );
  }

  /** Like `repeat` for what is more than one call; `run` gets what `try` does. */
  retried<Value>(signal: AbortSignal | undefined, run: (attempt: number) => Promise<Value>): Promise<Value> {
    return this.#faultsOf(retrying(this.#budget, this.#retry, judge, run, signal));
  }

  /** One try that rejects with what it met instead of a fault: within `retried`. */
  try(request: SwiftRequest): Promise<HttpAnswer> {
    return this.#authorized(request, (plain) => this.#connection.send(plain));
  }

  /** `https://swift.example/v1/AUTH_…`: says whether two stores have one account. */
  async storageUrl(): Promise<string> {
    return (await this.#faultsOf(this.#signedIn())).storageUrl;
  }

  /** What this Swift can; asked once. */
  limits(): Promise<SwiftLimits> {
    this.#limits ??= this.#findLimits().catch((error: unknown) => {
      this.#limits = null;
      throw error;
    });
    return this.#limits;
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #authorized<Value>(
    request: SwiftRequest,
    send: (plain: HttpRequest) => Promise<Value>,
  ): Promise<Value> {
    for (let renewed = false; ; renewed = true) {
      request.signal?.throwIfAborted();
      const session = await this.#signedIn();
      const { token, storageUrl } = session;
      const { path, query, ...rest } = request;
      const url = [storageUrl, ...path.map(encodeURIComponent)].join('/') + (query ? `?${query}` : '');
      try {
        return await send({ ...rest, url, headers: { ...request.headers, 'x-auth-token': token } });
      } catch (error) {
        if (renewed || !isRefusal(error, 401)) throw error;
        this.#refused.add(session);
      }
    }
  }

  async #signedIn(): Promise<Session> {
    const current = this.#session;
    if (current !== null) {
      const session = await current;
      const isEnding = session.renewAt !== null && Date.now() >= session.renewAt;
      if (!isEnding && !this.#refused.has(session)) return session;
      // Whoever comes first renews for all.
      if (this.#session === current) this.#session = null;
    }
    this.#session ??= this.#signIn();
    return this.#session;
  }

  #signIn(): Promise<Session> {
    const signing = retrying(this.#budget, { ...this.#retry, attempts: 3 }, judge, () =>
      signIn(this.#storeId, this.#options, (request) => this.#connection.send(request), Date.now()),
    )
      .then((session) => {
        if (session.token !== '' && /^https?:\/\//.test(session.storageUrl)) return session;
        throw new StoreFault(
          'refused',
          this.#storeId,
          `Store "${this.#storeId}": what answers at auth_url gives no token or no storage URL.`,
          undefined,
          'Correct auth_url and auth_version: 1 for TempAuth and radosgw (…/auth/v1.0), 3 for Keystone (…/v3).',
        );
      })
      .catch((error: unknown) => {
        if (this.#session === signing) this.#session = null;
        throw isRefusal(error, 404, 405, 300) ? wrongAuthUrl(this.#storeId, error) : error;
      });
    return signing;
  }

  async #findLimits(): Promise<SwiftLimits> {
    const { storageUrl } = await this.#faultsOf(this.#signedIn());
    // radosgw serves its Swift API below a prefix, and its /info there.
    const { origin, pathname } = new URL(storageUrl);
    const prefix = pathname.replace(/\/v1(\.0)?(\/.*)?$/, '');
    const answer = await this.retried(undefined, () =>
      this.#connection.send({
        method: 'GET',
        url: `${origin}${prefix}/info`,
        headers: {},
        expect: [200, 401, 403, 404, 405],
      }),
    );
    const found = answer.status === 200 ? limitsOf(answer.body) : plainLimits;
    return { ...found, manifestSegments: this.#manifestSegments ?? found.manifestSegments };
  }

  async #faultsOf<Value>(work: Promise<Value>): Promise<Value> {
    try {
      return await work;
    } catch (error) {
      throw toSwiftFault(error, this.#storeId);
    }
  }
}

function wrongAuthUrl(storeId: string, cause: unknown): StoreFault {
  return new StoreFault(
    'refused',
    storeId,
    `Store "${storeId}": nobody signs in at auth_url.`,
    cause,
    'Correct auth_url: …/auth/v1.0 for TempAuth and radosgw, …/v3 for Keystone.',
  );
}

function limitsOf(body: Buffer): SwiftLimits {
  let info: unknown;
  try {
    info = JSON.parse(body.toString('utf8'));
  } catch {
    // Something else answers at this path.
    return plainLimits;
  }
  const slo = memberOf(info, 'slo');
  const most = memberOf(slo, 'max_manifest_segments');
  return {
    manifestSegments: typeof most === 'number' && most >= 2 ? most : plainLimits.manifestSegments,
    // radosgw has the same path with less to say.
    isStrict: memberOf(slo, 'min_segment_size') !== undefined,
  };
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
