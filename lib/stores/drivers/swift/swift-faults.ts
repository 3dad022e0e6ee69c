import { connectionFault } from '../../connection-faults.ts';
import { isStoreFault, StoreFault, type StoreFaultKind } from '../../store.ts';
import { retryAfterMilliseconds, type Verdict } from '#lib/streams/retry.ts';

const brand = Symbol.for('stowage.swift-refusal');

/** An answer of Swift or Keystone that was not the expected one. */
export class SwiftRefusal extends Error {
  readonly [brand] = true;
  readonly status: number;
  readonly retryAfterMilliseconds: number;

  /** @param text the beginning of the answer's body, for the log only */
  constructor(method: string, status: number, text: string, retryAfter: string | null) {
    super(`${method} was answered ${status}: ${text.replaceAll(/\s+/g, ' ').trim().slice(0, 300)}`);
    this.name = 'SwiftRefusal';
    this.status = status;
    this.retryAfterMilliseconds = retryAfterMilliseconds(retryAfter);
  }
}

export function isRefusal(error: unknown, ...statuses: number[]): error is SwiftRefusal {
  return (
    typeof error === 'object' &&
    error !== null &&
    brand in error &&
    (statuses.length === 0 || statuses.includes((error as SwiftRefusal).status))
  );
}

/** 498 is Swift's own "rate limited"; 422 says that the bytes came in damaged, so they are sent again. */
const passing = new Set([408, 422, 425, 429, 498, 500, 502, 503, 504]);

/** Whether a call that is safe to repeat should be. Connection errors are repeated, except those that stay. */
export function judge(error: unknown): Verdict {
  if (isRefusal(error)) {
    return passing.has(error.status) ? { retryAfterMilliseconds: error.retryAfterMilliseconds } : 'final';
  }
  if (isStoreFault(error) || isAbort(error)) return 'final';
  // A wrong certificate or name is not mended within seconds.
  return connectionFault(error, '') === null && isConnectionError(error)
    ? { retryAfterMilliseconds: 0 }
    : 'final';
}

interface Meaning {
  kind: StoreFaultKind;
  message: string;
  remedy: string;
}

const meanings: Readonly<Record<number, Meaning>> = {
  401: {
    kind: 'refused',
    message: 'the credentials are not accepted',
    remedy:
      'Correct the user and the password (or the application credential) of this store in stowage.yaml.',
  },
  403: {
    kind: 'refused',
    message: 'this user may not do that in the container',
    remedy:
      'Give the user a role (or the container an ACL) that lets it read and write, or set mode: read-only.',
  },
  404: { kind: 'not-found', message: 'there is no such object', remedy: 'Look whether somebody removed it.' },
  409: {
    kind: 'corrupt',
    message: 'a segment of the object is missing or not the one that was stored',
    remedy: 'Remove this copy and make it again from another store.',
  },
  412: {
    kind: 'exists',
    message: 'something is already stored under this name',
    remedy: 'Use another name.',
  },
  413: {
    kind: 'full',
    message: 'the quota of the account or of the container is used up',
    remedy: 'Raise the quota, or remove images from this store.',
  },
  416: {
    kind: 'short-read',
    message: 'the object is shorter than it should be',
    remedy: 'Remove this copy and make it again from another store.',
  },
  507: {
    kind: 'full',
    message: 'the devices of the cluster are full',
    remedy: 'Add devices to the cluster, or remove images from this store.',
  },
};

/** What went wrong as a fault of the contract; others than refusals and connections as they are. */
export function toSwiftFault(error: unknown, storeId: string): unknown {
  if (isStoreFault(error) || isAbort(error)) return error;
  if (!isRefusal(error)) return connectionFault(error, storeId) ?? error;
  const meaning = meanings[error.status];
  if (meaning !== undefined) {
    const text = `Store "${storeId}": ${meaning.message} (${error.status}).`;
    return new StoreFault(meaning.kind, storeId, text, error, meaning.remedy);
  }
  const kind = passing.has(error.status) ? 'unavailable' : 'failed';
  const text = `Store "${storeId}": Swift answered with status ${error.status}.`;
  return new StoreFault(kind, storeId, text, error);
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function isConnectionError(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth++) {
    const code = 'code' in current ? current.code : null;
    if (typeof code === 'string' && /^(UND_ERR_|E[A-Z]+$|HPE_)/.test(code)) return true;
    current = 'cause' in current ? current.cause : null;
  }
  return false;
}
