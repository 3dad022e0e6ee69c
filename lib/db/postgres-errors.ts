import { DrizzleQueryError } from 'drizzle-orm/errors';
import pg from 'pg';
import { isStowageError, StowageError } from '../contract/errors.ts';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const states = {
  serializationFailure: '40001',
  deadlock: '40P01',
  lockNotAvailable: '55P03',
  /** By `statement_timeout`. */
  queryCanceled: '57014',
  readOnlyTransaction: '25006',
  idleInTransaction: '25P03',
  noSuchDatabase: '3D000',
};

/** Classes and codes that say that the server is away, stopping, full, or was not reached at all. */
const unavailable =
  /^(08...|28...|53...|57P0.|58...|ECONN.*|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT|EACCES)$/;

/** The driver's own words, which have no code. */
const connectionWords =
  /connection terminated|timeout exceeded when trying to connect|connection timeout|not queryable|query read timeout|connection ended|pool after calling end/i;

/** Two transactions were in each other's way: the same one may well succeed when it is run again. */
export function isConflict(error: unknown): boolean {
  const code = codeOf(unwrap(error));
  return code === states.serializationFailure || code === states.deadlock;
}

/** The connection cannot be used any more. */
export function isConnectionLost(error: unknown): boolean {
  const cause = isStowageError(error) ? error.cause : unwrap(error);
  const code = codeOf(cause);
  if (code === states.idleInTransaction || /^(08|57P|E[A-Z])/.test(code ?? '')) return true;
  return cause instanceof Error && connectionWords.test(cause.message);
}

/**
 * What the database said, in words that may be told: `database_unavailable` when it is away or too busy, `bad_request`
 * for a value that it cannot hold. Anything else stays as it is, but without the values that were written: an error is
 * logged, and a row may hold the hash of a password.
 */
export function toDatabaseError(thrown: unknown, { isCommit = false } = {}): unknown {
  const error = unwrap(thrown);
  if (isStowageError(error)) return error;
  const code = codeOf(error);
  if (isUnavailable(error, code)) {
    return new StowageError(
      'database_unavailable',
      isCommit
        ? 'The database went away while a change was being kept; whether it was is not known yet.'
        : 'The database cannot be used just now. Nothing was changed.',
      { remedy: 'Try again in a few seconds.', retryAfterSeconds: 5, cause: withoutValues(error) },
    );
  }
  if (code?.startsWith('22')) {
    return new StowageError('bad_request', 'A value holds what the database cannot keep or compare.', {
      remedy: 'Leave out NUL characters, and numbers beyond 64 bits.',
      cause: withoutValues(error),
    });
  }
  return withoutValues(error);
}

function isUnavailable(error: unknown, code: string | undefined): boolean {
  if (code === undefined) return error instanceof Error && connectionWords.test(error.message);
  if (unavailable.test(code)) return true;
  return (Object.values(states) as string[]).includes(code);
}

/** Drizzle's error has the statement's parameters in its message. */
function unwrap(error: unknown): unknown {
  return error instanceof DrizzleQueryError && error.cause !== undefined ? error.cause : error;
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function withoutValues(error: unknown): unknown {
  if (error instanceof pg.DatabaseError) {
    error.detail = undefined;
    error.where = undefined;
    error.internalQuery = undefined;
  }
  return error;
}
