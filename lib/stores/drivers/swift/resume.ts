import type { BlockPool } from '#lib/streams/block-pool.ts';
import type { ResumeOptions } from '../../store.ts';
import { addEntries, emptyComposition } from './manifest.ts';
import { smallCallsAtOnce } from './publish.ts';
import { SegmentBuffer } from './segment-buffer.ts';
import {
  begunName,
  dataPrefix,
  segmentName,
  segmentPrefix,
  segmentsOfState,
  type Segment,
} from './segment-ledger.ts';
import { plainEtag, segmentExpirySeconds, setExpiry } from './segments.ts';
import { forEachParallel, type ListedName, type SwiftPlace } from './swift-place.ts';

export interface Resumed {
  segments: Segment[];
  rest?: { buffer: SegmentBuffer; isStored: boolean };
}

/** Finds what an unfinished object has up to its durable offset and removes what lies behind. */
export async function resumeObject(
  place: SwiftPlace,
  key: string,
  { durableBytes, resumeState, signal }: ResumeOptions,
  segmentBytesAt: (offset: number) => number,
  pool: BlockPool,
): Promise<Resumed> {
  const [committed, begun, listed] = await Promise.all([
    place.find(key, signal),
    place.findSegment(begunName(key), signal),
    place.segmentsOf(key, signal),
  ]);
  if (committed !== null) throw place.fault('exists', 'something is already stored under this name.');
  if (begun === null) throw place.fault('not-found', 'nothing was begun under this name.');
  const { kept, cut } = await cutSegments(place, key, segmentsOfState(resumeState), durableBytes, signal);
  const stored = new Map(listed.map((found) => [found.name, found]));
  for (const segment of [...kept, ...(cut ? [cut.segment] : [])]) {
    await assertStored(place, key, segment, stored, signal);
  }
  let last = cut;
  const end = kept.at(-1);
  if (last === null && end !== undefined && isShort(end, segmentBytesAt(end.offset), key, stored)) {
    kept.pop();
    last = { segment: end, bytes: end.bytes };
  }
  const ends = kept.map((segment) => segment.offset + segment.bytes);
  const gathered = Math.max(
    0,
    ...kept.map((segment, index) => (segment.isManifest ? (ends[index] ?? 0) : 0)),
  );
  await removeBehind(place, key, { listed, kept, last: last?.segment ?? null, gathered }, signal);
  await renew(place, key, begun, listed, signal);
  if (last === null) return { segments: kept };
  const buffer = await readBack(place, key, last.segment, last.bytes, pool, signal);
  const found = stored.get(segmentName(key, last.segment));
  const isStored = buffer.etag === plainEtag(found?.hash);
  // The durable bytes are there, whatever follows on them under this name.
  const segment = { ...last.segment, bytes: last.bytes, etag: buffer.etag };
  return { segments: [...kept, segment], rest: { buffer, isStored } };
}

/** The segments that lie before `durableBytes` as a whole, and the one that it cuts through. */
async function cutSegments(
  place: SwiftPlace,
  key: string,
  segments: readonly Segment[],
  durableBytes: number,
  signal?: AbortSignal,
): Promise<{ kept: Segment[]; cut: { segment: Segment; bytes: number } | null }> {
  const last = segments.at(-1);
  if ((last ? last.offset + last.bytes : 0) < durableBytes) {
    throw place.fault('short-read', 'less is known to be stored than was promised.');
  }
  const kept: Segment[] = [];
  let queue = [...segments];
  for (let segment = queue.shift(); segment !== undefined; segment = queue.shift()) {
    if (segment.offset >= durableBytes) break;
    if (segment.offset + segment.bytes <= durableBytes) kept.push(segment);
    else if (segment.isManifest) queue = await entriesOf(place, key, segment, signal);
    else return { kept, cut: { segment, bytes: durableBytes - segment.offset } };
  }
  return { kept, cut: null };
}

/** What a gathered manifest stands for, as segments again. */
async function entriesOf(
  place: SwiftPlace,
  key: string,
  manifest: Segment,
  signal?: AbortSignal,
): Promise<Segment[]> {
  const found = emptyComposition();
  await addEntries(place, place.segmentsContainer, segmentName(key, manifest), found, signal);
  return found.leaves.map(({ name, bytes, etag }) => {
    const [offset = '', nonce = ''] = name.slice(segmentPrefix(key).length).split('-');
    return { offset: Number(offset), bytes, etag, nonce, isManifest: false };
  });
}

/** A listing may lag behind: what it does not show, or shows otherwise, is asked for itself. */
async function assertStored(
  place: SwiftPlace,
  key: string,
  segment: Segment,
  stored: Map<string, ListedName>,
  signal?: AbortSignal,
): Promise<void> {
  const name = segmentName(key, segment);
  const isAsPromised = (found: ListedName | undefined) =>
    found !== undefined &&
    found.bytes === segment.bytes &&
    (segment.isManifest || plainEtag(found.hash) === segment.etag);
  if (isAsPromised(stored.get(name))) return;
  const headers = await place.findSegment(name, signal);
  const bytes = Number(headers?.['content-length'] ?? -1);
  if (bytes < segment.bytes) {
    throw place.fault('short-read', 'a segment of the unfinished object is missing or too short.');
  }
  stored.set(name, { name, bytes, hash: plainEtag(headers?.['etag']), modifiedAt: new Date() });
}

/** Too short to stay as it is, or grown since under its name: it is read back and stored again with what follows. */
function isShort(
  segment: Segment,
  segmentBytes: number,
  key: string,
  stored: ReadonlyMap<string, ListedName>,
): boolean {
  if (segment.isManifest) return false;
  const hasGrown = (stored.get(segmentName(key, segment))?.bytes ?? 0) !== segment.bytes;
  const isWhole = (segment.offset + segment.bytes) % segmentBytes === 0;
  return hasGrown || (!isWhole && segment.bytes * 2 < segmentBytes);
}

async function removeBehind(
  place: SwiftPlace,
  key: string,
  what: { listed: readonly ListedName[]; kept: readonly Segment[]; last: Segment | null; gathered: number },
  signal?: AbortSignal,
): Promise<void> {
  const names = new Set(
    [...what.kept, ...(what.last ? [what.last] : [])].map((one) => segmentName(key, one)),
  );
  const offsetOf = (name: string) => Number(name.slice(segmentPrefix(key).length).split('-')[0]);
  const behind = what.listed.filter(
    ({ name }) => name.startsWith(dataPrefix(key)) && !names.has(name) && offsetOf(name) >= what.gathered,
  );
  await forEachParallel(behind, smallCallsAtOnce, ({ name }) =>
    place.delete(place.segmentsContainer, name, signal),
  );
}

/** An upload that has rested for half of the time gets all of it again. */
async function renew(
  place: SwiftPlace,
  key: string,
  begun: Readonly<Record<string, string>>,
  listed: readonly ListedName[],
  signal?: AbortSignal,
): Promise<void> {
  const deleteAt = Number(begun['x-delete-at'] ?? NaN);
  if (Number.isNaN(deleteAt) || deleteAt - Date.now() / 1000 > segmentExpirySeconds / 2) return;
  const others = listed.filter(({ name }) => name !== begunName(key));
  await forEachParallel(others, smallCallsAtOnce, ({ name }) =>
    setExpiry(place, place.segmentsContainer, name, segmentExpirySeconds, signal),
  );
  // Last: it says that all have been renewed.
  await setExpiry(place, place.segmentsContainer, begunName(key), segmentExpirySeconds, signal);
}

/** The first bytes of a segment into memory, to be gone on with. */
async function readBack(
  place: SwiftPlace,
  key: string,
  segment: Segment,
  bytes: number,
  pool: BlockPool,
  signal?: AbortSignal,
): Promise<SegmentBuffer> {
  const { body } = await place.client.repeat({
    method: 'GET',
    path: [place.segmentsContainer, segmentName(key, segment)],
    headers: { range: `bytes=0-${bytes - 1}` },
    expect: [200, 206],
    signal,
  });
  if (body.byteLength < bytes) {
    throw place.fault('short-read', 'a segment of the unfinished object is too short.');
  }
  const buffer = new SegmentBuffer(segment.offset, pool);
  for (let taken = 0; taken < bytes;) {
    if (buffer.room === 0) buffer.addBlock(pool.tryTake() ?? pool.takeBeyondLimit());
    const part = body.subarray(taken, Math.min(bytes, taken + buffer.room));
    buffer.push(part);
    taken += part.byteLength;
  }
  return buffer;
}
