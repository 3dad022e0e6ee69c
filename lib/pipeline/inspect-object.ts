import { MiB } from '#lib/contract/limits.ts';
import type { Inspection } from '../formats/inspection.ts';
import { openInspector, type Inspector } from '../formats/inspector.ts';
import type { ByteRange, Store } from '../stores/store.ts';
import { readSparse } from './read-source.ts';

/** More than any inspection wants of the end of an image. */
const tailBytes = 1 * MiB;

/**
 * Inspects a stored object: reads its first bytes until the verdict is settled, and its end. For uploads whose running
 * inspection was lost, and for objects that came by other ways. Throws what the store throws.
 */
export async function inspectObject(
  store: Store,
  key: string,
  options: { sizeBytes: number; signal?: AbortSignal | undefined },
): Promise<Inspection> {
  const { sizeBytes, signal } = options;
  const inspector = openInspector();
  const tailOffset = Math.max(0, sizeBytes - tailBytes);
  await feed(inspector, store, key, { offset: 0, length: tailOffset }, signal);
  inspector.writeZeros(tailOffset - inspector.position);
  const length = sizeBytes - tailOffset;
  for await (const piece of readSparse({ store, key }, { offset: tailOffset, length }, { signal }))
    give(inspector, piece);
  return inspector.finish(sizeBytes);
}

async function feed(
  inspector: Inspector,
  store: Store,
  key: string,
  range: ByteRange,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (range.length === 0) return;
  for await (const piece of readSparse({ store, key }, range, { signal })) {
    give(inspector, piece);
    if (inspector.settled || inspector.verdict().refusal) return;
  }
}

function give(inspector: Inspector, piece: Uint8Array | { zeros: number }): void {
  if (piece instanceof Uint8Array) inspector.write(piece);
  else inspector.writeZeros(piece.zeros);
}
