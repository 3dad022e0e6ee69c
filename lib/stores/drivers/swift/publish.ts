import { ownManifestHeaders, putOwnManifest } from './own-manifest.ts';
import { addEntries, emptyComposition } from './manifest.ts';
import { putNew } from './put-new.ts';
import type { SegmentBuffer } from './segment-buffer.ts';
import { dataPrefix, segmentName, type Segment, type SegmentLedger } from './segment-ledger.ts';
import { assertSame, expiring, plainEtag, setExpiry } from './segments.ts';
import { forEachParallel, type SwiftPlace } from './swift-place.ts';

export interface Publication {
  place: SwiftPlace;
  key: string;
  nonce: string;
  ledger: SegmentLedger;
  isStrict: boolean;
  sizeBytes: number;
  isResumed: boolean;
}

/** Calls at once that move no bytes. */
export const smallCallsAtOnce = 12;

/** A manifest of a thousand segments makes Swift look at each of them before it answers. */
const manifestPatienceMilliseconds = 300_000;

const plainContent = { 'content-type': 'application/octet-stream' } as const;

/** Stores the object as it is, under a free name. */
export async function publishPlain(
  place: SwiftPlace,
  key: string,
  nonce: string,
  buffer: SegmentBuffer,
  signal?: AbortSignal,
): Promise<void> {
  const { etag } = buffer;
  const request = { headers: { etag, ...plainContent }, body: buffer.parts, nonce };
  const found = await putNew(place, place.container, key, request, signal);
  if (found !== null) assertSame(place, etag, found);
}

/**
 * Makes one object of the segments, under a free name. Their expiry goes first: a crash in between leaves segments that
 * stay, which are listed; the other way round it would leave an image that vanishes.
 */
export async function publishManifest(publication: Publication, signal?: AbortSignal): Promise<void> {
  const { place, key, nonce, ledger, isStrict } = publication;
  const { segments } = ledger;
  const leaves = await withinManifests(publication, signal);
  await removeOthers(publication, leaves, signal);
  const kept = [...segments.map((segment) => segmentName(key, segment)), ...leaves];
  await forEachParallel(kept, smallCallsAtOnce, (name) =>
    setExpiry(place, place.segmentsContainer, name, null, signal),
  );
  if (!isStrict) return await publishByNames(publication, signal);
  const request = { ...manifestRequest(place, key, segments), headers: plainContent, nonce };
  await putNew(place, place.container, key, request, signal);
}

/**
 * For radosgw, which neither looks at the segments of a static manifest nor gives it back: a dynamic one, which stands
 * for every name that begins with its prefix and needs no length, and beside the segments a manifest of our own, by
 * which we read. Only after a look at what the prefix stands for.
 */
async function publishByNames(publication: Publication, signal?: AbortSignal): Promise<void> {
  const { place, key, nonce, ledger, sizeBytes } = publication;
  const listed = (await place.segmentsOf(key, signal)).filter(({ name }) => name.startsWith(dataPrefix(key)));
  const { segments } = ledger;
  const isComplete =
    listed.length === segments.length &&
    segments.every((segment, index) => {
      const found = listed[index];
      return (
        found?.name === segmentName(key, segment) &&
        found.bytes === segment.bytes &&
        plainEtag(found.hash) === segment.etag
      );
    });
  if (!isComplete) {
    throw place.fault('corrupt', 'a segment is not the one that was stored, so nothing was published.');
  }
  await putOwnManifest(place, key, segments, signal);
  const manifest = `${encodeURIComponent(place.segmentsContainer)}/${dataPrefix(key)}`;
  const headers = { ...plainContent, 'x-object-manifest': manifest, ...ownManifestHeaders(sizeBytes) };
  await putNew(place, place.container, key, { headers, body: Buffer.alloc(0), nonce }, signal);
}

/** Stores a manifest that stands for these segments among them; returns its ETag. */
export async function putInnerManifest(
  place: SwiftPlace,
  key: string,
  manifest: Segment,
  segments: readonly Segment[],
  signal?: AbortSignal,
): Promise<string> {
  const { headers } = await place.client.repeat({
    ...manifestRequest(place, key, segments),
    method: 'PUT',
    path: [place.segmentsContainer, segmentName(key, manifest)],
    headers: { ...expiring, ...plainContent },
    expect: [201],
    signal,
  });
  return plainEtag(headers['etag']);
}

/** Swift looks whether each segment is still the one that it was. */
function manifestRequest(place: SwiftPlace, key: string, segments: readonly Segment[]) {
  const entries = segments.map((segment) => ({
    path: `/${place.segmentsContainer}/${segmentName(key, segment)}`,
    etag: segment.etag,
    size_bytes: segment.bytes,
  }));
  return {
    body: Buffer.from(JSON.stringify(entries)),
    query: 'multipart-manifest=put',
    patienceMilliseconds: manifestPatienceMilliseconds,
  };
}

/** The names of what the gathered manifests stand for. */
async function withinManifests({ place, key, ledger }: Publication, signal?: AbortSignal): Promise<string[]> {
  const found = emptyComposition();
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
