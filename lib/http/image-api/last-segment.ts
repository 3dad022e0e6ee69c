import { StowageError } from '#lib/contract/errors.ts';

/** The last part of the path, decoded: it may be any text, with slashes and per cent signs. */
export function lastSegment(url: URL): string {
  try {
    return decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf('/') + 1));
  } catch (cause) {
    throw new StowageError('bad_request', 'The path is not encoded as UTF-8.', { cause });
  }
}
