import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ownManifestName, segmentName, type Leaf, type Segment } from './segment-ledger.ts';
import type { SwiftPlace } from './swift-place.ts';

const bytesHeader = 'x-object-meta-stowage-bytes';

const Entries = z.array(z.tuple([z.string(), z.int().min(0), z.string()]));

/** Of an object that has a manifest of ours: says so, and how big it is without a count of its segments. */
export const ownManifestHeaders = (sizeBytes: number) => ({ [bytesHeader]: String(sizeBytes) });

export function hasOwnManifest(headers: Readonly<Record<string, string>>): boolean {
  return headers[bytesHeader] !== undefined;
}

/** Of any object, from its HEAD. */
export function sizeOf(headers: Readonly<Record<string, string>>): number {
  return Number(headers[bytesHeader] ?? headers['content-length'] ?? 0);
}

/** Beside the segments: their names, bytes and MD5 in order. */
export async function putOwnManifest(
  place: SwiftPlace,
  key: string,
  segments: readonly Segment[],
  signal?: AbortSignal,
): Promise<void> {
  const entries = segments.map((segment) => [segmentName(key, segment), segment.bytes, segment.etag]);
  const body = Buffer.from(JSON.stringify(entries));
  await place.client.repeat({
    method: 'PUT',
    path: [place.segmentsContainer, ownManifestName(key)],
    headers: { 'content-type': 'application/json', etag: createHash('md5').update(body).digest('hex') },
    body,
    expect: [201],
    signal,
  });
}

/** Null when it is gone. */
export async function readOwnManifest(
  place: SwiftPlace,
  key: string,
  signal?: AbortSignal,
): Promise<Leaf[] | null> {
  const { status, body } = await place.client.repeat({
    method: 'GET',
    path: [place.segmentsContainer, ownManifestName(key)],
    expect: [200, 404],
    signal,
  });
  if (status === 404) return null;
  return Entries.parse(JSON.parse(body.toString('utf8'))).map(([name, bytes, etag]) => ({
    container: place.segmentsContainer,
    name,
    bytes,
    etag,
  }));
}
