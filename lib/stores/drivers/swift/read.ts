import { arrivals } from '#lib/streams/arrivals.ts';
import { readParallel, type ReadAheadBudget } from '#lib/streams/parallel-read.ts';
import { isStoreFault, type ByteRange, type ReadOptions } from '../../store.ts';
import { findComposition } from './manifest.ts';
import type { Leaf } from './segment-ledger.ts';
import { hasOwnManifest, sizeOf } from './own-manifest.ts';
import { plainEtag } from './segments.ts';
import type { SwiftPlace } from './swift-place.ts';

type Batch = readonly Uint8Array[];

/**
 * What the requests of one read have in common; null before the first answer. Compared here and not by If-Match, whose
 * meaning for large objects differs between releases of Swift.
 */
interface Version {
  etag: string | null;
}

export interface ReadPlan {
  place: SwiftPlace;
  key: string;
  parallel: number;
  stepBytes: number;
  ahead: ReadAheadBudget;
}

/**
 * Exactly the bytes of the range, with several requests at once. Swift itself compares the segments with the manifest;
 * where it is radosgw, which does not, they are read one by one by our own manifest, on condition of their ETags.
 */
export async function* readObject(
  plan: ReadPlan,
  range: ByteRange,
  { signal, allocate }: ReadOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { place, key } = plan;
  const { isStrict } = await place.client.limits();
  const leaves = isStrict && range.length > 0 ? null : await lookFirst(place, key, range, signal);
  const version: Version = { etag: null };
  yield* readParallel({
    range,
    stepBytes: plan.stepBytes,
    parallel: plan.parallel,
    ahead: plan.ahead,
    open: (part, stop) =>
      leaves === null ? readNamed(place, key, part, version, stop) : readLeaves(place, leaves, part, stop),
    ...(allocate && { allocate }),
    signal,
  });
}

/** The segments of an object that has a manifest of our own, null for another one. */
async function lookFirst(
  place: SwiftPlace,
  key: string,
  range: ByteRange,
  signal: AbortSignal | undefined,
): Promise<Leaf[] | null> {
  const headers = await place.find(key, signal);
  if (headers === null) throw place.fault('not-found', 'there is no such object.');
  if (sizeOf(headers) < range.offset + range.length) throw tooShort(place);
  if (!hasOwnManifest(headers)) return null;
  const composition = await findComposition(place, place.container, key, headers, signal);
  return composition?.leaves ?? null;
}

async function* readNamed(
  place: SwiftPlace,
  key: string,
  range: ByteRange,
  version: Version,
  signal: AbortSignal,
): AsyncGenerator<Batch, void, undefined> {
  let received = 0;
  try {
    for await (const batch of readRange(place, [place.container, key], range, { version }, signal)) {
      for (const piece of batch) received += piece.byteLength;
      yield batch;
    }
  } catch (error) {
    if (!signal.aborted && !isStoreFault(error, 'not-found', 'refused', 'short-read', 'corrupt')) {
      const rest = { offset: range.offset + received, length: range.length - received };
      await assertUndamaged(place, key, rest, signal);
    }
    throw error;
  }
}

async function* readLeaves(
  place: SwiftPlace,
  leaves: readonly Leaf[],
  range: ByteRange,
  signal: AbortSignal,
): AsyncGenerator<Batch, void, undefined> {
  const end = range.offset + range.length;
  let offset = 0;
  for (const leaf of leaves) {
    const start = Math.max(offset, range.offset);
    const length = Math.min(offset + leaf.bytes, end) - start;
    const inner = { offset: start - offset, length };
    offset += leaf.bytes;
    if (length <= 0) continue;
    try {
      const headers = { 'if-match': `"${leaf.etag}"` };
      yield* readRange(place, [leaf.container, leaf.name], inner, { headers }, signal);
    } catch (error) {
      // 404 and 412: it is gone, or another one.
      if (isStoreFault(error, 'not-found', 'exists', 'short-read')) throw damaged(place);
      throw error;
    }
  }
  if (offset < end) throw tooShort(place);
}

async function* readRange(
  place: SwiftPlace,
  path: readonly string[],
  range: ByteRange,
  { headers = {}, version }: { headers?: Readonly<Record<string, string>>; version?: Version },
  signal: AbortSignal,
): AsyncGenerator<Batch, void, undefined> {
  const answer = await place.client.stream({
    method: 'GET',
    path,
    headers: { range: `bytes=${range.offset}-${range.offset + range.length - 1}`, ...headers },
    expect: [206],
    signal,
  });
  let received = 0;
  try {
    const [given = '', total] = answer.headers['content-range']?.split('/') ?? [];
    if (Number(total) < range.offset + range.length) throw tooShort(place);
    if (!given.startsWith(`bytes ${range.offset}-`)) throw otherBytes(place);
    if (version !== undefined) assertSameVersion(place, version, answer.headers['etag']);
    for await (const batch of arrivals(answer.body)) {
      for (const piece of batch) received += piece.byteLength;
      if (received > range.length) throw otherBytes(place);
      yield batch;
    }
  } finally {
    answer.end();
  }
  if (received < range.length) throw tooShort(place);
}

/**
 * Swift ends the connection when it comes to a segment that is not the one of the manifest, which looks like a bad
 * line. So after a failure the segments of the range are looked at: one that is gone or another one is `corrupt`.
 */
async function assertUndamaged(
  place: SwiftPlace,
  key: string,
  range: ByteRange,
  signal: AbortSignal,
): Promise<void> {
  const headers = await place.find(key, signal);
  const composition = headers && (await findComposition(place, place.container, key, headers, signal));
  let offset = 0;
  for (const leaf of composition?.leaves ?? []) {
    const isConcerned = offset < range.offset + range.length && offset + leaf.bytes > range.offset;
    offset += leaf.bytes;
    if (!isConcerned) continue;
    const found = await place.head(leaf.container, leaf.name, signal);
    if (found === null || plainEtag(found['etag']) !== leaf.etag) throw damaged(place);
  }
}

/** A dynamic large object of very many segments has no ETag. */
function assertSameVersion(place: SwiftPlace, version: Version, header: string | undefined): void {
  const etag = plainEtag(header);
  if (etag === '') return;
  version.etag ??= etag;
  if (version.etag !== etag) throw place.fault('corrupt', 'the object was replaced while it was read.');
}

function damaged(place: SwiftPlace) {
  return place.fault(
    'corrupt',
    'a segment of the object is missing or not the one that was stored.',
    'Remove this copy and make it again from another store.',
  );
}

function otherBytes(place: SwiftPlace) {
  return place.fault(
    'failed',
    'Swift gave other bytes than those that were asked for.',
    'See what lies between this machine and Swift: a cache there does not know ranges.',
  );
}

function tooShort(place: SwiftPlace) {
  return place.fault('short-read', 'the object is shorter than it should be.');
}
