/** Requests to Keystone's API: one pool of connections, short times, and one word for everything that is not an answer. */
import { getCACertificates } from 'node:tls';
import { Agent, request, type Dispatcher } from 'undici';
import type { KeystoneConfig } from '../config/config.ts';
import { StowageError } from '../contract/errors.ts';

export interface KeystoneRequest {
  method?: 'GET' | 'POST' | 'DELETE';
  /** Below `/v3`. */
  path: string;
  /** `X-Auth-Token`. */
  token?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface KeystoneAnswer {
  status: number;
  header(name: string): string | null;
  /** Parsed JSON, or null for a body that is none. */
  body: unknown;
}

const connectionLimit = 16;
const connectMilliseconds = 5_000;
const answerMilliseconds = 20_000;
/** A token with a big catalog; anything longer is not Keystone. */
const bodyLimitBytes = 4 * 1024 * 1024;
export const retryAfterSeconds = 5;

export interface KeystoneWire {
  /** Throws `identity_unavailable` when there is no answer, or one that only says that Keystone is in trouble. */
  send(request: KeystoneRequest): Promise<KeystoneAnswer>;
  close(): Promise<void>;
}

export function keystoneUnavailable(cause: unknown, message = 'Keystone does not answer.'): StowageError {
  return new StowageError('identity_unavailable', message, {
    remedy: 'Try again in a moment. The service keeps everything that it has.',
    retryAfterSeconds,
    cause,
  });
}

/**
 * `ca`: certificates that are trusted beside the usual ones. `onTrouble` is told why there was no answer, for the log: the
 * caller is only told to come back.
 */
export function openWire(
  { authUrl, ca }: Pick<KeystoneConfig, 'authUrl' | 'ca'>,
  { onTrouble = () => undefined }: { onTrouble?: (error: unknown) => void } = {},
): KeystoneWire {
  const agent = new Agent({
    connections: connectionLimit,
    connect: {
      timeout: connectMilliseconds,
      // Whoever names some replaces all others; those of NODE_EXTRA_CA_CERTS are among the default ones.
      ...(ca !== null && { ca: [...getCACertificates('default'), ca] }),
    },
    headersTimeout: answerMilliseconds,
    bodyTimeout: answerMilliseconds,
    maxResponseSize: bodyLimitBytes,
  });

  async function sendOnce({ method = 'GET', path, token, headers, body }: KeystoneRequest) {
    const response = await request(`${authUrl}${path}`, {
      dispatcher: agent as Dispatcher,
      method,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { 'x-auth-token': token }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { response, text: await response.body.text() };
  }

  return {
    async send(asked) {
      let answer: Awaited<ReturnType<typeof sendOnce>>;
      try {
        // A connection that Keystone has closed meanwhile is noticed only when it is used; asking twice is harmless.
        answer = await sendOnce(asked).catch((error: unknown) => {
          if (asked.method !== undefined && asked.method !== 'GET') throw error;
          return sendOnce(asked);
        });
      } catch (error) {
        onTrouble(error);
        throw keystoneUnavailable(error);
      }
      const { response, text } = answer;
      if (response.statusCode >= 500 || response.statusCode === 429) {
        const trouble = new Error(`Keystone answered ${response.statusCode} to ${asked.method ?? 'GET'}`);
        onTrouble(trouble);
        throw keystoneUnavailable(trouble);
      }
      return {
        status: response.statusCode,
        header: (name) => {
          const value = response.headers[name];
          return (Array.isArray(value) ? value[0] : value) ?? null;
        },
        body: parseJson(text),
      };
    },
    close: () => agent.close(),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // An error page of a proxy; the status says enough.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
