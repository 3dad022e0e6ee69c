import { KiB } from '#lib/contract/limits.ts';
import type { ByteRange, ReadOptions } from '../../store.ts';
import type { OpenFile } from './file-layer.ts';

const chunkSizeBytes = 512 * KiB;
const chunksAhead = 2;

/**
 * The bytes of a range with the next chunks already being read. Ends early when the file does; the caller counts.
 * Closes the file when the iteration ends, however it ends.
 */
export async function* readAhead(
  file: OpenFile,
  range: ByteRange,
  { signal, allocate = freshMemory }: ReadOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const end = range.offset + range.length;
  const pending: Promise<Uint8Array>[] = [];
  let next = range.offset;
  try {
    while (next < end || pending.length > 0) {
      signal?.throwIfAborted();
      while (next < end && pending.length <= chunksAhead) {
        const length = Math.min(chunkSizeBytes, end - next);
        const chunk = readFully(file, next, allocate(length));
        chunk.catch(() => undefined);
        pending.push(chunk);
        next += length;
      }
      const chunk = await pending.shift();
      if (chunk === undefined || chunk.byteLength === 0) return;
      yield chunk;
    }
  } finally {
    await Promise.allSettled(pending);
    await file.close();
  }
}

/** Not from Node's pool: a chunk belongs to its receiver, who may keep or transfer it. */
function freshMemory(length: number): Uint8Array {
  return Buffer.allocUnsafeSlow(length);
}

async function readFully(file: OpenFile, position: number, chunk: Uint8Array): Promise<Uint8Array> {
  let filled = 0;
  while (filled < chunk.byteLength) {
    const { bytesRead } = await file.read(chunk, filled, chunk.byteLength - filled, position + filled);
    if (bytesRead === 0) return chunk.subarray(0, filled);
    filled += bytesRead;
  }
  return chunk;
}
