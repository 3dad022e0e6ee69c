import { readParallel, type ReadAheadBudget } from '#lib/streams/parallel-read.ts';
import { isStoreFault, type ByteRange, type ReadOptions } from '../../store.ts';
import { findComposition } from './manifest.ts';
import { plainEtag } from './segments.ts';
import type { SwiftPlace } from './swift-place.ts';

export interface ReadPlan {
  place: SwiftPlace;
  key: string;
  parallel: number;
  stepBytes: number;
  ahead: ReadAheadBudget;
}

/** Exactly the bytes of the range, with several requests at once. Swift itself compares the segments with the manifest. */
export async function* readObject(
  plan: ReadPlan,
  range: ByteRange,
  { signal, allocate }: ReadOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { place, key } = plan;
  if (range.length === 0) {
    const headers = await place.find(key, signal);
    if (headers === null) throw place.fault('not-found', 'there is no such object.');
    if (Number(headers['content-length']) < range.offset) throw tooShort(place);
    return;
  }
  yield* readParallel({
    range,
    stepBytes: plan.stepBytes,
    parallel: plan.parallel,
    ahead: plan.ahead,
    open: (part, stop) => readPart(place, key, part, stop),
    ...(allocate && { allocate }),
    signal,
  });
}

async function* readPart(
  place: SwiftPlace,
  key: string,
  range: ByteRange,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  let received = 0;
  try {
    const answer = await place.client.stream({
      method: 'GET',
      path: [place.container, key],
      headers: { range: `bytes=${range.offset}-${range.offset + range.length - 1}` },
      expect: [206],
      signal,
    });
    try {
      const total = Number(answer.headers['content-range']?.split('/')[1] ?? NaN);
      if (total < range.offset + range.length) throw tooShort(place);
      for await (const piece of answer.body) {
        received += piece.byteLength;
        yield piece;
      }
    } finally {
      answer.end();
    }
  } catch (error) {
    if (!signal.aborted && !isStoreFault(error, 'not-found', 'refused', 'short-read', 'corrupt')) {
      await assertUndamaged(
        place,
        key,
        { offset: range.offset + received, length: range.length - received },
        signal,
      );
    }
    throw error;
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
    const { status, headers: found } = await place.client.repeat({
      method: 'HEAD',
      path: [leaf.container, leaf.name],
      expect: [200, 404],
      signal,
    });
    if (status === 404 || plainEtag(found['etag']) !== leaf.etag) {
      throw place.fault(
        'corrupt',
        'a segment of the object is missing or not the one that was stored.',
        'Remove this copy and make it again from another store.',
      );
    }
  }
}

function tooShort(place: SwiftPlace) {
  return place.fault('short-read', 'the object is shorter than it should be.');
}
