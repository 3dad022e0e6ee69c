import {
  isStoreFault,
  type ByteRange,
  type ReadOptions,
  type SparseStore,
  type Store,
} from '../stores/store.ts';
import type { Piece } from './types.ts';

export interface SourceLocation {
  store: Store;
  key: string;
}

export interface ReadSourceOptions {
  /** All locations hold the same bytes of this size. */
  sizeBytes: number;
  fromOffset?: number;
  signal?: AbortSignal | undefined;
  /** Memory for the chunks, for a road that gives it back (`RoadOptions.onSpent`); see `ReadOptions.allocate`. */
  allocate?(length: number): Uint8Array;
  /** When every location has failed: where the object lies by now, so that a move does not end those who read it. */
  findOthers?(): Promise<readonly SourceLocation[]>;
  /** A location failed at this byte; reading goes on from the next one. */
  onLeft?(location: SourceLocation, offset: number, error: unknown): void;
}

/**
 * The bytes [fromOffset, size) of an object, from the first location for as long as it reads; where it breaks, from the
 * next one at that very byte. Zeros that a store knows of are not read. Throws the last error when every location has
 * failed without a byte from any of them.
 */
export async function* readSource(
  locations: readonly SourceLocation[],
  options: ReadSourceOptions,
): AsyncGenerator<Piece, void, undefined> {
  let offset = options.fromOffset ?? 0;
  let failedSinceProgress = 0;
  let known = locations;
  for (let turn = 0; offset < options.sizeBytes; turn += 1) {
    const location = known[turn % known.length];
    if (!location) throw new Error('There is no location to read from.');
    try {
      const range = { offset, length: options.sizeBytes - offset };
      for await (const piece of readSparse(location, range, options)) {
        yield piece;
        offset += piece instanceof Uint8Array ? piece.byteLength : piece.zeros;
        failedSinceProgress = 0;
      }
    } catch (error) {
      if (options.signal?.aborted) throw error;
      failedSinceProgress += 1;
      options.onLeft?.(location, offset, error);
      if (failedSinceProgress < known.length) continue;
      const others = without(known, (await options.findOthers?.()) ?? []);
      if (others.length === 0) throw error;
      turn = known.length - 1;
      known = [...known, ...others];
    }
  }
}

function without(known: readonly SourceLocation[], found: readonly SourceLocation[]): SourceLocation[] {
  return found.filter(
    ({ store, key }) => !known.some((other) => other.store.id === store.id && other.key === key),
  );
}

/** One location, exactly the range: data as chunks, holes as runs of zeros where the store can tell them. */
export async function* readSparse(
  { store, key }: SourceLocation,
  range: ByteRange,
  { signal, allocate }: Pick<ReadSourceOptions, 'signal' | 'allocate'> = {},
): AsyncGenerator<Piece, void, undefined> {
  const options: ReadOptions = { ...(signal ? { signal } : {}), ...(allocate ? { allocate } : {}) };
  const end = range.offset + range.length;
  let offset = range.offset;
  for await (const extent of extentsOf(store, key, signal)) {
    const extentEnd = Math.min(end, extent.offset + extent.length);
    if (extentEnd <= offset) continue;
    const length = extentEnd - offset;
    if (extent.kind === 'zero') yield { zeros: length };
    else yield* store.read(key, { offset, length }, options);
    offset = extentEnd;
    if (offset >= end) return;
  }
  if (offset < end) yield* store.read(key, { offset, length: end - offset }, options);
}

async function* extentsOf(store: Store, key: string, signal: AbortSignal | undefined) {
  if (!isSparse(store)) return;
  try {
    yield* store.extents(key, signal ? { signal } : {});
  } catch (error) {
    if (!isStoreFault(error, 'unsupported')) throw error;
  }
}

function isSparse(store: Store): store is SparseStore {
  return store.capabilities.has('sparse');
}
