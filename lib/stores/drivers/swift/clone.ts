import { MiB } from '#lib/contract/limits.ts';
import type { CloneRequest, ObjectStat } from '../../store.ts';
import { findComposition } from './manifest.ts';
import { sizeOf } from './own-manifest.ts';
import { segmentName, type Leaf } from './segment-ledger.ts';
import { assertSame, expiring } from './segments.ts';
import type { SwiftPlace } from './swift-place.ts';
import { newNonce, type SwiftWriter } from './swift-writer.ts';

export interface CloneParts {
  source: SwiftPlace;
  target: SwiftPlace;
  parallel: number;
  request: CloneRequest;
  /** Begins or resumes the object in the target. */
  openWriter(): Promise<SwiftWriter>;
  /** Bytes of the source, for what lies across the end of a segment. */
  read(range: { offset: number; length: number }): AsyncIterable<Uint8Array>;
}

/** Swift answers when it has copied all of a segment, of which the biggest have 5 GiB. */
const copyPatienceMilliseconds = 3_600_000;

const flushEveryBytes = 64 * MiB;

/**
 * Copies within one account: Swift copies each segment of the source, and the copies get a manifest of their own, so
 * that neither needs the other. Only what lies between a durable offset and the next segment passes through here.
 */
export async function cloneObject(parts: CloneParts): Promise<ObjectStat> {
  const { source, target, request } = parts;
  const { sourceKey, sizeBytes, signal } = request;
  signal?.throwIfAborted();
  const headers = await source.find(sourceKey, signal);
  if (headers === null) throw source.fault('not-found', 'there is no such object.');
  if (sizeOf(headers) !== sizeBytes) {
    throw target.fault('short-read', 'the source has another size than it should have.');
  }
  const composition = await findComposition(source, source.container, sourceKey, headers, signal);
  const whole = {
    container: source.container,
    name: sourceKey,
    bytes: sizeBytes,
    etag: headers['etag'] ?? '',
  };
  const leaves = composition === null ? [whole] : composition.isForeign ? [] : composition.leaves;
  const writer = await parts.openWriter();
  try {
    await copyLeaves(parts, writer, leaves);
    await passThrough(parts, writer, sizeBytes);
    return await writer.commit({ signal });
  } finally {
    await writer.close();
  }
}

async function copyLeaves(parts: CloneParts, writer: SwiftWriter, leaves: readonly Leaf[]): Promise<void> {
  const { target, request, parallel } = parts;
  const nonce = newNonce();
  let offset = 0;
  let batch: { leaf: Leaf; offset: number }[] = [];
  const settle = async () => {
    const copies = await Promise.all(
      batch.map(async (one) => {
        const segment = {
          offset: one.offset,
          bytes: one.leaf.bytes,
          etag: one.leaf.etag,
          nonce,
          isManifest: false,
        };
        await copySegment(target, segmentName(request.key, segment), one.leaf, request.signal);
        return segment;
      }),
    );
    batch = [];
    for (const segment of copies) await writer.adopt(segment);
    if (copies.length > 0) await tell(parts, writer);
  };
  for (const leaf of leaves) {
    const end = offset + leaf.bytes;
    if (leaf.bytes > 0 && end > writer.position) {
      if (offset < writer.position) await passThrough(parts, writer, end);
      else batch.push({ leaf, offset });
      if (batch.length === parallel) await settle();
    }
    offset = end;
  }
  await settle();
}

async function copySegment(
  target: SwiftPlace,
  name: string,
  leaf: Leaf,
  signal: AbortSignal | undefined,
): Promise<void> {
  const from = [leaf.container, ...leaf.name.split('/')].map(encodeURIComponent).join('/');
  const { headers } = await target.client.repeat({
    method: 'PUT',
    path: [target.segmentsContainer, name],
    headers: { 'x-copy-from': `/${from}`, 'x-fresh-metadata': 'true', 'content-length': '0', ...expiring },
    expect: [201],
    patienceMilliseconds: copyPatienceMilliseconds,
    signal,
  });
  assertSame(target, leaf.etag.replaceAll('"', ''), headers['etag']);
}

/** Reads and writes what Swift cannot copy as a whole, up to `end`. */
async function passThrough(parts: CloneParts, writer: SwiftWriter, end: number): Promise<void> {
  const { signal } = parts.request;
  let told = writer.position;
  if (told >= end) return;
  for await (const chunk of parts.read({ offset: told, length: end - told })) {
    await writer.append([chunk], { signal });
    if (writer.position - told < flushEveryBytes) continue;
    await writer.flush({ signal });
    await tell(parts, writer);
    told = writer.position;
  }
  await writer.flush({ signal });
  await tell(parts, writer);
}

async function tell({ request }: CloneParts, writer: SwiftWriter): Promise<void> {
  await request.onProgress?.({ ...writer.durablePoint(), sentBytes: writer.position });
}
