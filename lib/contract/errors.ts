import type { ErrorPhrases } from './phrases.ts';

/**
 * The closed list of what can go wrong, for server and browser alike. Each wire (console JSON, Images API, tus) maps
 * a code to its own words and status in exactly one place; the status here is the console's and the default.
 */
export const errorStatus = {
  bad_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  image_protected: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  wrong_state: 409,
  last_location: 409,
  store_read_only: 409,
  unknown_store: 400,
  lease_lost: 409,
  offset_mismatch: 409,
  gone: 410,
  too_large: 413,
  quota_exceeded: 413,
  unsupported_media_type: 415,
  format_mismatch: 415,
  unsafe_image: 415,
  range_not_satisfiable: 416,
  upload_locked: 423,
  too_many_requests: 429,
  header_too_long: 431,
  checksum_mismatch: 460,
  internal: 500,
  not_supported: 501,
  stopping: 503,
  store_unavailable: 503,
  database_unavailable: 503,
  identity_unavailable: 503,
  store_full: 507,
} as const;

export type ErrorCode = keyof typeof errorStatus;

const brand = Symbol.for('stowage.error');

export interface ErrorDetails {
  /** Message and remedy for readers of other languages. */
  phrases?: ErrorPhrases;
  /** What to do about it, one sentence. */
  remedy?: string;
  /** The request field, header or configuration key that is wrong. */
  field?: string;
  /** Seconds after which trying again makes sense (Retry-After). */
  retryAfterSeconds?: number;
  /** What Glance says here, where the message says it in other words: the Images API begins with that. */
  glance?: string;
  /** How long that is of which a range was asked that lies outside of it (RFC 9110, 14.4). */
  wholeBytes?: number;
  cause?: unknown;
}

/**
 * An error that may be told to whoever asked: its message says what happened in words for people and never holds a
 * secret, a path or an endpoint. Anything else that is thrown becomes `internal`, and its text stays in the log.
 */
export class StowageError extends Error {
  readonly [brand] = true;
  readonly code: ErrorCode;
  readonly remedy: string | undefined;
  readonly field: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly glance: string | undefined;
  readonly wholeBytes: number | undefined;
  readonly phrases: ErrorPhrases | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'StowageError';
    this.code = code;
    this.remedy = details.remedy;
    this.field = details.field;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.glance = details.glance;
    this.wholeBytes = details.wholeBytes;
    this.phrases = details.phrases;
  }
}

/** By brand and not by class: the server runs a bundled and a native copy of this file side by side. */
export function isStowageError(error: unknown): error is StowageError {
  return typeof error === 'object' && error !== null && brand in error;
}

export function hasCode(error: unknown, ...codes: ErrorCode[]): boolean {
  return isStowageError(error) && codes.includes(error.code);
}

/** RFC 9457 problem details, as every console route answers an error. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  remedy?: string;
  /** `detail` and `remedy` as keys of messages with what stands in them; absent where only English is known. */
  phrases?: ErrorPhrases;
  field?: string;
  request_id: string;
}
