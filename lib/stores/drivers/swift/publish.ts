import type { SegmentBuffer } from './segment-buffer.ts';
import { dataPrefix, segmentName, type Segment, type SegmentLedger } from './segment-ledger.ts';
import { addEntries, type Composition } from './manifest.ts';
import { assertSame, expiring, plainEtag, setExpiry } from './segments.ts';
import type { HttpRequest } from './http-connection.ts';
import type { SwiftLimits } from './swift-client.ts';
import { isRefusal } from './swift-faults.ts';
import { forEachParallel, writerHeader, type SwiftPlace } from './swift-place.ts';

export interface Publication {
  place: SwiftPlace;
  key: string;
  nonce: string;
  ledger: SegmentLedger;
  limits: SwiftLimits;
  sizeBytes: number;
  isResumed: boolean;
}

/** Calls at once that move no bytes. */
export const smallCallsAtOnce = 12;

/** A manifest of a thousand segments makes Swift look at each of them before it answers. */
const manifestPatienceMilliseconds = 300_000;

/** Stores the object as it is, under a free name. */
export async function publishPlain(
  place: SwiftPlace,
  key: string,
  nonce: string,
  buffer: SegmentBuffer,
  signal?: AbortSignal,
): Promise<void> {
  const { etag } = buffer;
  const headers = { etag, 'content-type': 'application/octet-stream', [writerHeader]: nonce };
  const found = await putNew(place, place.container, key, { headers, body: buffer.parts }, signal);
  if (found !== null) assertSame(place, etag, found);
}

/**
 * Makes one object of the segments, under a free name. Their expiry goes first: a crash in between leaves segments that
 * stay, which are listed; the other way round it would leave an image that vanishes.
 */
export async function publishManifest(publication: Publication, signal?: AbortSignal): Promise<void> {
  const { place, key, nonce, ledger, limits } = publication;
  const { segments } = ledger;
  const leaves = await withinManifests(publication, signal);
  await removeOthers(publication, leaves, signal);
  const kept = [...segments.map((segment) => segmentName(key, segment)), ...leaves];
  await forEachParallel(kept, smallCallsAtOnce, (name) =>
    setExpiry(place, place.segmentsContainer, name, null, signal),
  );
  const headers = { 'content-type': 'application/octet-stream', [writerHeader]: nonce };
  if (limits.nests || segments.length <= limits.manifestSegments) {
    await putManifest(place, key, place.container, key, segments, headers, signal);
  } else {
    await publishByNames(publication, headers, signal);
  }
}

/**
 * Where a manifest holds too few entries for the image and cannot name other manifests (radosgw): a dynamic one, which
 * stands for every name that begins with its prefix. Only after a look at what that is.
 */
async function publishByNames(
  { place, key, ledger, sizeBytes }: Publication,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<void> {
  const { segments } = ledger;
  const listed = new Map((await place.segmentsOf(key, signal)).map((found) => [found.name, found]));
  for (const segment of segments) {
    const found = listed.get(segmentName(key, segment));
    if (found?.bytes === segment.bytes && plainEtag(found.hash) === segment.etag) continue;
    throw place.fault('corrupt', 'a segment is not the one that was stored, so nothing was published.');
  }
  const manifest = `${place.segmentsContainer}/${dataPrefix(key)}`;
  const all = { ...headers, 'x-object-manifest': encodeURIComponent(manifest).replaceAll('%2F', '/') };
  await putNew(place, place.container, key, { headers: all, body: Buffer.alloc(0) }, signal);
  const published = await place.find(key, signal);
  if (Number(published?.['content-length']) !== sizeBytes) {
    throw place.fault('corrupt', 'the published object has another size than what was stored.');
  }
}

/** Stores an SLO manifest under a free name, or again for the same segments. Swift looks whether each is still the one that it was. */
export async function putManifest(
  place: SwiftPlace,
  key: string,
  container: string,
  name: string,
  segments: readonly Segment[],
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<string> {
  const entries = segments.map((segment) => ({
    path: `/${place.segmentsContainer}/${segmentName(key, segment)}`,
    etag: segment.etag,
    size_bytes: segment.bytes,
  }));
  const body = Buffer.from(JSON.stringify(entries));
  const patience = {
    body,
    query: 'multipart-manifest=put',
    patienceMilliseconds: manifestPatienceMilliseconds,
  };
  if (container === place.container) {
    return (await putNew(place, container, name, { ...patience, headers }, signal)) ?? '';
  }
  const answer = await place.client.repeat({
    ...patience,
    method: 'PUT',
    path: [container, name],
    headers: { ...expiring, ...headers },
    expect: [201],
    signal,
  });
  return plainEtag(answer.headers['etag']);
}

/**
 * PUT that never overwrites. When the answer is lost it is tried again; that the name is taken then may be our own doing,
 * which the writer's nonce in the metadata tells. The ETag, or null where an earlier try had stored it.
 */
async function putNew(
  place: SwiftPlace,
  container: string,
  name: string,
  request: Pick<HttpRequest, 'body' | 'headers' | 'patienceMilliseconds'> & { query?: string },
  signal?: AbortSignal,
): Promise<string | null> {
  return place.client.retried(signal, async () => {
    try {
      const { headers } = await place.client.try({
        ...request,
        method: 'PUT',
        path: [container, name],
        headers: { ...request.headers, 'if-none-match': '*' },
        expect: [201],
        signal,
      });
      return plainEtag(headers['etag']);
    } catch (error) {
      if (isRefusal(error, 400) && request.query !== undefined) {
        throw place.fault(
          'corrupt',
          'a segment is not the one that was stored, so nothing was published.',
          null,
          error,
        );
      }
      if (!isRefusal(error, 412)) throw error;
      const found = await place.find(name, signal);
      if (found?.[writerHeader] === request.headers[writerHeader]) return null;
      throw error;
    }
  });
}

/** The names of what the gathered manifests stand for. */
async function withinManifests({ place, key, ledger }: Publication, signal?: AbortSignal): Promise<string[]> {
  const found: Composition = { leaves: [], manifests: [], isForeign: false };
  for (const segment of ledger.segments) {
    if (segment.isManifest) {
      await addEntries(place, place.segmentsContainer, segmentName(key, segment), found, signal);
    }
  }
  return found.leaves.map(({ name }) => name);
}

/** What earlier writers of this object left and what does not count. */
async function removeOthers(
  { place, key, ledger, isResumed }: Publication,
  leaves: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  if (!isResumed) return;
  const kept = new Set([...ledger.segments.map((segment) => segmentName(key, segment)), ...leaves]);
  const others = (await place.segmentsOf(key, signal)).filter(
    ({ name }) => name.startsWith(dataPrefix(key)) && !kept.has(name),
  );
  await forEachParallel(others, smallCallsAtOnce, ({ name }) =>
    place.delete(place.segmentsContainer, name, signal),
  );
}
