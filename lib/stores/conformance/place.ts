import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { seededRandom } from '../fault-store.ts';
import { guardStore } from '../guarded-store.ts';
import { isStoreFault, type GuardedStore, type Store, type StoreFaultKind } from '../store.ts';

/** A place of its own for one test: empty and unmarked at first. */
export interface ConformancePlace {
  /** A new driver instance over the same place, as after a restart. */
  open(): Promise<Store>;
  /** A driver over another place that this one can clone from; absent where there is no such thing. */
  openNeighbour?(): Promise<Store>;
  /** Puts something there that Stowage did not make. Absent: the backend has no names but ours. */
  putForeign?(name: string, bytes: Uint8Array): Promise<void>;
  /** What is open to the backend now (descriptors, connections), where it can be counted. */
  countOpen?(): Promise<number>;
  /** Bytes that the object really takes, where the backend can tell. */
  allocatedBytes?(key: string): Promise<number>;
  remove(): Promise<void>;
}

export interface ConformanceOptions {
  openPlace(): Promise<ConformancePlace>;
  /** Bytes of the bigger objects; several chunks and parts of the driver. */
  objectSizeBytes: number;
  /** Holes are kept in steps of this; smaller ones may be written out. */
  holeSizeBytes: number;
  /** Of writing with restarts at random, 12 unless told; fewer where each call goes over a network. */
  rounds?: number;
}

export interface Bench {
  place: ConformancePlace;
  store: GuardedStore;
  /** The same place through a new driver and guard: what a restarted process sees. */
  reopen(): Promise<GuardedStore>;
  guard(driver: Store): GuardedStore;
}

/** Runs `test` on a fresh place and removes it afterwards. */
export async function onFreshPlace(
  options: ConformanceOptions,
  test: (bench: Bench) => Promise<void>,
): Promise<void> {
  const place = await options.openPlace();
  const opened: GuardedStore[] = [];
  const guard = (driver: Store) => {
    const store = guardStore(driver, { firstBackoffMilliseconds: 1 });
    opened.push(store);
    return store;
  };
  try {
    const store = guard(await place.open());
    if (store.capabilities.has('write')) await store.writeMarker(marker(store.id));
    await test({ place, store, reopen: async () => guard(await place.open()), guard });
  } finally {
    for (const store of opened) await store.close();
    await place.remove();
  }
}

export function marker(storeId: string) {
  return { storeId, token: 'a-token', createdAt: '2026-01-01T00:00:00.000Z' };
}

/** The same bytes for the same seed, as good as random. */
export function patternBytes(length: number, seed: number): Buffer {
  const key = Buffer.alloc(16);
  key.writeUInt32LE(seed);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** Chunks of uneven sizes that together are `bytes`. */
export function unevenChunks(bytes: Uint8Array, seed: number): Uint8Array[] {
  const random = seededRandom(seed);
  const chunks: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const length = Math.min(bytes.length - offset, 1 + Math.floor(random() ** 4 * 400_000));
    chunks.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
  return chunks;
}

export async function readAll(
  store: Store,
  key: string,
  range?: { offset: number; length: number },
): Promise<Buffer> {
  const { sizeBytes } = range ? { sizeBytes: 0 } : await store.stat(key);
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.read(key, range ?? { offset: 0, length: sizeBytes })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Like `assert.deepEqual` on bytes, but with a message of one line. */
export function assertSameBytes(actual: Uint8Array, expected: Uint8Array, what = 'bytes'): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  if (Buffer.compare(actual, expected) === 0) return;
  const at = actual.findIndex((byte, index) => byte !== expected[index]);
  assert.fail(`${what} differ at offset ${at}`);
}

export async function put(store: GuardedStore, key: string, bytes: Uint8Array): Promise<void> {
  const writer = await store.begin(key, { sizeBytes: bytes.length });
  await writer.append(unevenChunks(bytes, bytes.length + 1));
  await writer.commit();
}

export async function assertFault(kind: StoreFaultKind, run: () => Promise<unknown>): Promise<void> {
  await assert.rejects(run, (error: unknown) => {
    assert.ok(isStoreFault(error, kind), `expected a fault of kind ${kind}, got ${String(error)}`);
    return true;
  });
}

export async function drain(values: AsyncIterable<unknown>): Promise<void> {
  for await (const value of values) void value;
}

export async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
}
