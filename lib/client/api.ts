import type { ErrorCode, Problem } from '#lib/contract/errors.ts';
import type { ErrorPhrases } from '#lib/contract/phrases.ts';
import { renewalMark, renewalSince } from './session-renewal.ts';

/** An answer that was not what was asked for, in words for people. `code` is what programs decide by. */
export class ApiError extends Error {
  readonly code: ErrorCode | 'network' | 'offline';
  readonly status: number;
  readonly remedy: string | undefined;
  readonly field: string | undefined;
  readonly requestId: string | undefined;
  readonly phrases: ErrorPhrases | undefined;

  constructor(problem: Pick<Problem, 'code' | 'status' | 'detail'> & Partial<Problem>);
  constructor(problem: { code: 'network' | 'offline'; status: 0; detail: string });
  constructor(
    problem: { code: ErrorCode | 'network' | 'offline'; status: number; detail: string } & Partial<
      Omit<Problem, 'code'>
    >,
  ) {
    super(problem.detail);
    this.name = 'ApiError';
    this.code = problem.code;
    this.status = problem.status;
    this.remedy = problem.remedy;
    this.field = problem.field;
    this.requestId = problem.request_id;
    this.phrases = problem.phrases;
  }
}

/** Heard by the shell: the session has ended, sign in and come back. */
export const sessionEndedEvent = 'stowage:session-ended';

export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  query?: Record<string, string | number | boolean | null | undefined>;
  signal?: AbortSignal | undefined;
  /** The request carries a proof of its own, so a 401 is about that and not about the session. */
  hasProof?: boolean;
}

/**
 * The one way from the browser to the console's JSON. Resolves with the parsed body (undefined for 204), rejects with
 * an `ApiError` for every answer that is not 2xx and for none at all.
 */
export async function api<Answer>(path: string, request: ApiRequest = {}): Promise<Answer> {
  const mark = renewalMark();
  try {
    return await ask<Answer>(path, request);
  } catch (error) {
    const isRefused = isApiError(error) && error.code === 'unauthenticated' && request.hasProof !== true;
    if (!isRefused) throw error;
    const renewed = renewalSince(mark);
    if (renewed !== null) {
      await renewed;
      return await api<Answer>(path, request);
    }
    if (typeof window !== 'undefined') window.dispatchEvent(new Event(sessionEndedEvent));
    throw error;
  }
}

async function ask<Answer>(path: string, request: ApiRequest): Promise<Answer> {
  const { method = 'GET', body, query, signal } = request;
  // Asked beforehand: then it is sure that nothing was sent.
  const wasOffline = navigator.onLine === false;
  let response: Response;
  try {
    response = await fetch(withQuery(path, query), {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError({ code: wasOffline ? 'offline' : 'network', status: 0, detail: '' });
  }
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Answer;
  throw await readProblem(response);
}

/** `path` with the parts of `query` that say something. */
export function withQuery(path: string, query: ApiRequest['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') parameters.set(key, String(value));
  }
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** What answered may be a proxy with a page of its own: then its status is all that is known. */
async function readProblem(response: Response): Promise<ApiError> {
  const requestId = response.headers.get('x-openstack-request-id') ?? undefined;
  const body: unknown = await response.json().catch(() => null);
  if (isProblem(body)) return new ApiError({ ...body, request_id: body.request_id ?? requestId });
  if (isImageError(body)) {
    const { reason, message, request_id } = body.error;
    return new ApiError({ code: reason, status: response.status, detail: message, request_id });
  }
  if (isIdentityError(body)) {
    const code = identityCodes[response.status] ?? 'internal';
    return new ApiError({
      code,
      status: response.status,
      detail: body.error.message,
      ...(requestId && { request_id: requestId }),
    });
  }
  return new ApiError({
    code: response.status === 401 ? 'unauthenticated' : response.status === 404 ? 'not_found' : 'internal',
    status: response.status,
    detail: `${response.status} ${response.statusText}`.trim(),
    ...(requestId && { request_id: requestId }),
  });
}

/** As the Images API tells what is wrong. */
function isImageError(
  body: unknown,
): body is { error: { reason: ErrorCode; message: string; request_id: string } } {
  if (typeof body !== 'object' || body === null || !('error' in body)) return false;
  const { error } = body;
  return typeof error === 'object' && error !== null && 'reason' in error && 'message' in error;
}

const identityCodes: Readonly<Record<number, ErrorCode>> = {
  400: 'bad_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
};

/** As Keystone tells what is wrong: its code is the status. */
function isIdentityError(body: unknown): body is { error: { code: number; message: string } } {
  if (typeof body !== 'object' || body === null || !('error' in body)) return false;
  const { error } = body;
  return (
    typeof error === 'object' &&
    error !== null &&
    'message' in error &&
    typeof error.message === 'string' &&
    'code' in error &&
    typeof error.code === 'number'
  );
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body && 'status' in body;
}

export function isApiError(error: unknown): error is ApiError {
  return error instanceof ApiError;
}
