import type { HttpRequest } from './http-connection.ts';
import { plainEtag } from './segments.ts';
import { isRefusal, SwiftRefusal } from './swift-faults.ts';
import { writerHeader, type SwiftPlace } from './swift-place.ts';

export interface NewObject extends Pick<HttpRequest, 'body' | 'headers' | 'patienceMilliseconds'> {
  query?: string;
  /** Of whoever stores it: kept with the object. */
  nonce: string;
}

/**
 * PUT that never overwrites: `exists` when the name is taken. When the answer is lost it is tried again; that the name is
 * taken then may be our own doing, which the nonce in the object's metadata tells. radosgw does not heed
 * `If-None-Match`, so there it is looked at first: of two who store under one name at the same moment the later wins,
 * which no two do, because each attempt has a name of its own.
 * @returns the ETag; null where an earlier try had stored it
 */
export async function putNew(
  place: SwiftPlace,
  container: string,
  name: string,
  { nonce, ...request }: NewObject,
  signal?: AbortSignal,
): Promise<string | null> {
  const { isStrict } = await place.client.limits();
  const isOurs = async () => {
    const found = await place.head(container, name, signal);
    if (found === null || found[writerHeader] === nonce) return found !== null;
    throw place.fault('exists', 'something is already stored under this name.');
  };
  return place.client.retried(signal, async (attempt) => {
    if (!isStrict && (await isOurs())) return null;
    try {
      const { headers } = await place.client.try({
        ...request,
        method: 'PUT',
        path: [container, name],
        headers: { ...request.headers, [writerHeader]: nonce, 'if-none-match': '*' },
        expect: [201],
        signal,
      });
      return plainEtag(headers['etag']);
    } catch (error) {
      if (isRefusal(error, 400) && request.query !== undefined) {
        // The manifest itself may have come in damaged: once more tells.
        if (attempt === 1) throw new SwiftRefusal('PUT', 422, error.message, null);
        const text = 'a segment is not the one that was stored, so nothing was published.';
        throw place.fault('corrupt', text, null, error);
      }
      if (!isRefusal(error, 412) || !(await isOurs())) throw error;
      return null;
    }
  });
}
