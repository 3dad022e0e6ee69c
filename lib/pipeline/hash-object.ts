import { pieceSizeBytes } from '#lib/contract/limits.ts';
import { BufferPool } from '#lib/streams/buffer-pool.ts';
import type { ByteRange, Store } from '../stores/store.ts';
import type { HashPool } from './hash-pool.ts';
import { HashFeed } from './hash-feed.ts';
import { readSparse } from './read-source.ts';
import type { SlotPool } from './slots.ts';
import type { Digests, HashName, Piece } from './types.ts';

export interface ReadBackServices {
  slots: SlotPool;
  hashPool: HashPool;
}

export interface ReadBackOptions {
  signal?: AbortSignal | undefined;
  /** Bytes hashed so far, of the range; every MiB or so. */
  onProgress?(bytesDone: number): void;
}

interface ExpectedPieces {
  /** Reads no further than to where one of them is found to be another. */
  expectedPieces?: readonly (string | null)[] | null;
}

/**
 * Reads a stored object once and hashes it: MD5 and SHA-512 as asked for, and always its pieces. Holes are not read.
 * Throws what the store throws; a digest is null only when a hash thread died twice.
 */
export async function hashObject(
  services: ReadBackServices,
  store: Store,
  key: string,
  options: ReadBackOptions & ExpectedPieces & { sizeBytes: number; hashes: readonly HashName[] },
): Promise<Digests> {
  const range = { offset: 0, length: options.sizeBytes };
  const first = await hashOnce(services, store, key, range, options.hashes, options);
  const isWhole =
    options.hashes.every((hash) => typeof first[hash] === 'string') && !first.pieces.includes(null);
  return isWhole ? first : hashOnce(services, store, key, range, options.hashes, options);
}

/**
 * BLAKE3 of the pieces of a range that begins at a piece (64 MiB) and ends at one or at the end of the object: for
 * pieces whose hash was lost, and for partial checks. Entry 0 is the first piece of the range.
 */
export async function hashPieces(
  services: ReadBackServices,
  store: Store,
  key: string,
  range: ByteRange,
  options: ReadBackOptions = {},
): Promise<(string | null)[]> {
  if (range.offset % pieceSizeBytes !== 0) throw new Error('The range does not begin at a piece.');
  const { pieces } = await hashOnce(services, store, key, range, [], options);
  return pieces.slice(range.offset / pieceSizeBytes);
}

export type Verification = { ok: true; digests: Digests } | { ok: false; firstBadOffset: number };

/**
 * Reads a stored object and compares it with what is known of it: by its pieces where all of them are known (BLAKE3 is
 * eight times as fast; it stops at the first bad one), else by its SHA-512. `firstBadOffset` is the first byte of the first bad piece, 0 when only
 * the SHA-512 tells. Throws what the store throws, `short-read` among it.
 */
export async function verifyObject(
  services: ReadBackServices,
  store: Store,
  key: string,
  options: ReadBackOptions & {
    sizeBytes: number;
    /** BLAKE3 of every piece; null, or with a null in it, when not all are known. */
    pieces: readonly (string | null)[] | null;
    sha512: string | null;
  },
): Promise<Verification> {
  const count = Math.ceil(options.sizeBytes / pieceSizeBytes);
  const known = options.pieces?.length === count && !options.pieces.includes(null) ? options.pieces : null;
  if (!known && options.sha512 === null) throw new Error('Nothing is known to verify the object against.');
  const digests = await hashObject(services, store, key, {
    ...options,
    hashes: known ? [] : ['sha512'],
    expectedPieces: known,
  });
  if (known) {
    const bad = known.findIndex((piece, index) => piece !== digests.pieces[index]);
    return bad < 0 ? { ok: true, digests } : { ok: false, firstBadOffset: bad * pieceSizeBytes };
  }
  return digests.sha512 === options.sha512 ? { ok: true, digests } : { ok: false, firstBadOffset: 0 };
}

async function hashOnce(
  services: ReadBackServices,
  store: Store,
  key: string,
  range: ByteRange,
  hashes: readonly HashName[],
  options: ReadBackOptions & ExpectedPieces,
): Promise<Digests> {
  const { expectedPieces = null } = options;
  const buffers = new BufferPool({ keptCount: 8 });
  const feed = new HashFeed(services, {
    hashes,
    position: range.offset,
    onSpent: (chunk) => buffers.give(chunk),
  });
  try {
    const pieces = readSparse({ store, key }, range, { signal: options.signal, allocate: buffers.take });
    for await (const piece of inSteps(pieces, range.offset)) {
      options.signal?.throwIfAborted();
      await feed.write(piece);
      options.onProgress?.(feed.position - range.offset);
      if (expectedPieces !== null && feed.differsFrom(expectedPieces)) break;
    }
    return await feed.digests();
  } finally {
    await feed.close();
    buffers.close();
  }
}

/** A hole of a terabyte comes as one: who watches and who stops need not wait for its end. Steps end where pieces do. */
async function* inSteps(
  pieces: AsyncIterable<Piece>,
  offset: number,
): AsyncGenerator<Piece, void, undefined> {
  let position = offset;
  for await (const piece of pieces) {
    if (piece instanceof Uint8Array) {
      position += piece.byteLength;
      yield piece;
      continue;
    }
    const end = position + piece.zeros;
    while (position < end) {
      const zeros = Math.min(end - position, pieceSizeBytes - (position % pieceSizeBytes));
      position += zeros;
      yield { zeros };
    }
  }
}
