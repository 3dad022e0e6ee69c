import { StowageError } from '#lib/contract/errors.ts';

/** `…/namespaces/{namespace}/{collection}/{name}`, decoded; empty what the path has not. */
export function metadefPath(url: URL): { namespace: string; name: string } {
  const parts = url.pathname.split('/');
  const start = parts.indexOf('namespaces');
  return { namespace: decode(parts[start + 1]), name: decode(parts[start + 3]) };
}

function decode(part = ''): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new StowageError('bad_request', 'The path is not encoded as UTF-8.', { cause });
  }
}
