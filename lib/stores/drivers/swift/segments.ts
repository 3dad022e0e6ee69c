import { segmentName, type Segment } from './segment-ledger.ts';
import type { SwiftPlace } from './swift-place.ts';

/**
 * Segments go by themselves so long after they were last written or renewed, unless a manifest stands for them: what
 * nobody knows of any more must not be paid for ever. Well above the time after which an upload that nobody touches is
 * removed, and a paused one that is gone on with later is renewed.
 */
export const segmentExpirySeconds = 30 * 24 * 3600;

export const expiring = { 'x-delete-after': String(segmentExpirySeconds) } as const;

/** Stores one segment, replacing a shorter one of the same writer. Swift compares the MD5 while the bytes come in. */
export async function putSegment(
  place: SwiftPlace,
  key: string,
  segment: Segment,
  parts: readonly Uint8Array[],
  expires: boolean,
  signal?: AbortSignal,
): Promise<void> {
  const { headers } = await place.client.repeat({
    method: 'PUT',
    path: [place.segmentsContainer, segmentName(key, segment)],
    headers: { etag: segment.etag, 'content-type': 'application/octet-stream', ...(expires && expiring) },
    body: parts,
    expect: [201],
    signal,
  });
  assertSame(place, segment.etag, headers['etag']);
}

export function assertSame(place: SwiftPlace, expected: string, found: string | undefined): void {
  if (plainEtag(found) === expected) return;
  throw place.fault('corrupt', 'what Swift stored is not what was sent: its checksum differs.');
}

/** Without the quotes that HTTP wants and Swift mostly leaves out. */
export function plainEtag(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '').toLowerCase();
}

/** Gives a segment its time again, or with `null` for ever. One that is gone shows when it is read. */
export async function setExpiry(
  place: SwiftPlace,
  container: string,
  name: string,
  seconds: number | null,
  signal?: AbortSignal,
): Promise<void> {
  await place.client.repeat({
    method: 'POST',
    path: [container, name],
    headers: seconds === null ? { 'x-remove-delete-at': 'yes' } : { 'x-delete-after': String(seconds) },
    expect: [202, 200, 204, 404],
    signal,
  });
}
