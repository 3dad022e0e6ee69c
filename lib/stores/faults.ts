import { isStoreFault, StoreFault, type StoreFaultKind } from './store.ts';

const kindOfCode: Readonly<Record<string, StoreFaultKind>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EROFS: 'read-only',
  EACCES: 'refused',
  EPERM: 'refused',
  ENAMETOOLONG: 'bad-key',
  ENOENT: 'unavailable',
  ENOTDIR: 'unavailable',
  ESTALE: 'unavailable',
  ENOTCONN: 'unavailable',
  ESHUTDOWN: 'unavailable',
  ENODEV: 'unavailable',
  ENXIO: 'unavailable',
  EMFILE: 'unavailable',
  ENFILE: 'unavailable',
  ENOMEM: 'unavailable',
  EAGAIN: 'unavailable',
  EBUSY: 'unavailable',
  EINTR: 'unavailable',
  EPIPE: 'unavailable',
  ECONNRESET: 'unavailable',
  ECONNREFUSED: 'unavailable',
  ECONNABORTED: 'unavailable',
  ETIMEDOUT: 'unavailable',
  EHOSTDOWN: 'unavailable',
  EHOSTUNREACH: 'unavailable',
  ENETDOWN: 'unavailable',
  ENETUNREACH: 'unavailable',
  ENOTFOUND: 'unavailable',
  EAI_AGAIN: 'unavailable',
};

const saying: Readonly<Record<StoreFaultKind, string>> = {
  'not-found': 'there is no such object',
  exists: 'something is already stored under this name',
  full: 'there is no space left, or a quota is used up',
  'read-only': 'it can only be read',
  unsupported: 'this kind of store cannot do that',
  'bad-key': 'this is no name that an object can have',
  'wrong-store': 'its marker is missing or another one, so this is not the place that it was',
  refused: 'it refuses access; check permissions or credentials',
  unavailable: 'it does not answer as it should',
  'short-read': 'an object has fewer bytes than it should have',
  corrupt: 'an object is damaged',
  aborted: 'the call was stopped',
  failed: 'it reported an error',
};

/**
 * What a driver threw as a StoreFault whose message names no path, endpoint or secret; the error itself is the cause.
 * @param doing what was being done, as a gerund: "reading an object"
 */
export function toStoreFault(
  error: unknown,
  storeId: string,
  doing: string,
  signal?: AbortSignal,
): StoreFault {
  if (signal?.aborted && !isStoreFault(error, 'wrong-store')) return fault('aborted', storeId, doing, error);
  if (isStoreFault(error)) return error;
  const code = codeAlong(error);
  const kind =
    code === null ? 'failed' : (kindOfCode[code] ?? (code.startsWith('UND_ERR_') ? 'unavailable' : 'failed'));
  return fault(kind, storeId, doing, error, code);
}

export function fault(
  kind: StoreFaultKind,
  storeId: string,
  doing: string,
  cause?: unknown,
  code: string | null = null,
): StoreFault {
  const text = `Store "${storeId}", ${doing}: ${saying[kind]}${code === null ? '' : ` (${code})`}.`;
  return new StoreFault(kind, storeId, text, cause);
}

/** Neither the caller's wish nor a plain answer: something to be counted and looked at. */
export function isTrouble(error: StoreFault): boolean {
  return !isStoreFault(error, 'not-found', 'exists', 'aborted', 'unsupported', 'bad-key');
}

/** The first system code along the causes: fetch and some SDKs put it there. */
function codeAlong(error: unknown): string | null {
  let current = error;
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth++) {
    if ('code' in current && typeof current.code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(current.code)) {
      return current.code;
    }
    current = 'cause' in current ? current.cause : null;
  }
  return null;
}
