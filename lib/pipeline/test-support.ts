import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { blake3 } from '@napi-rs/blake-hash';
import { pieceSizeBytes } from '#lib/contract/limits.ts';
import { FilesystemStore } from '../stores/drivers/filesystem/filesystem-store.ts';
import type { CallOptions, DurablePoint, ObjectStat, ObjectWriter, Store } from '../stores/store.ts';
import { HashPool, type HashPoolOptions } from './hash-pool.ts';
import { SlotPool, type SlotPoolOptions } from './slots.ts';
import type { Piece, RoadOptions } from './types.ts';

export interface Bench {
  slots: SlotPool;
  hashPool: HashPool;
  /** A new directory store. */
  store(): Promise<FilesystemStore>;
}

/** Pools and directories that end with the test, and the proof that every slot came back. */
export async function openBench(
  context: TestContext,
  options: { slots?: SlotPoolOptions; hashes?: HashPoolOptions } = {},
): Promise<Bench> {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-pipeline-'));
  const slots = new SlotPool(options.slots);
  const hashPool = new HashPool(options.hashes);
  let count = 0;
  context.after(async () => {
    await hashPool.close();
    slots.close();
    await rm(directory, { recursive: true, force: true });
    const { inUse, waiting, roads, collectedBytes } = slots.figures();
    if (inUse + waiting + roads + collectedBytes > 0) {
      throw new Error(`Left behind: ${JSON.stringify(slots.figures())}`);
    }
  });
  return {
    slots,
    hashPool,
    async store() {
      const id = `store-${count++}`;
      const store = new FilesystemStore(id, { path: join(directory, id), shared: false });
      await store.writeMarker({ storeId: id, token: id, createdAt: new Date(0).toISOString() });
      return store;
    },
  };
}

export async function beginIn(
  stores: readonly FilesystemStore[],
  key: string,
): Promise<RoadOptions['writers']> {
  return Promise.all(
    stores.map(async (store) => ({
      storeId: store.id,
      writer: await store.begin(key, { sizeBytes: null }),
    })),
  );
}

export function roadOptions(writers: RoadOptions['writers'], more: Partial<RoadOptions> = {}): RoadOptions {
  return {
    startOffset: 0,
    sizeBytes: null,
    writers,
    hashes: ['md5', 'sha512'],
    inspect: false,
    allMustSucceed: true,
    ...more,
  };
}

export async function readAll(store: Store, key: string): Promise<Buffer> {
  const { sizeBytes } = await store.stat(key);
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.read(key, { offset: 0, length: sizeBytes })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function digestsOf(bytes: Buffer) {
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; start += pieceSizeBytes) {
    pieces.push(blake3(bytes.subarray(start, start + pieceSizeBytes)).toString('hex'));
  }
  return {
    md5: createHash('md5').update(bytes).digest('hex'),
    sha512: createHash('sha512').update(bytes).digest('hex'),
    pieces,
  };
}

/** Random bytes with runs of zeros in them. */
export function imageBytes(size: number): Buffer {
  const bytes = randomBytes(size);
  for (let start = size >> 3; start < size; start += size >> 2) bytes.fill(0, start, start + (size >> 3));
  return bytes;
}

export function* chunksOf(bytes: Buffer, chunkBytes: number): Generator<Piece> {
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    yield bytes.subarray(start, start + chunkBytes);
  }
}

export type WriterCall = 'append' | 'appendZeros' | 'flush';

/** A writer in front of another one: waits or throws before a call, and proves that calls come one at a time. */
export class WatchedWriter implements ObjectWriter {
  readonly key: string;
  calls: WriterCall[] = [];
  closed = 0;
  #inner: ObjectWriter;
  #before: (call: WriterCall, count: number) => Promise<void> | void;
  #busy = false;

  constructor(inner: ObjectWriter, before: (call: WriterCall, count: number) => Promise<void> | void) {
    this.key = inner.key;
    this.#inner = inner;
    this.#before = before;
  }

  get position(): number {
    return this.#inner.position;
  }

  append(chunks: readonly Uint8Array[], options?: CallOptions): Promise<void> {
    return this.#call('append', () => this.#inner.append(chunks, options));
  }

  appendZeros(length: number, options?: CallOptions): Promise<void> {
    return this.#call('appendZeros', () => this.#inner.appendZeros(length, options));
  }

  flush(options?: CallOptions): Promise<DurablePoint> {
    return this.#call('flush', () => this.#inner.flush(options));
  }

  commit(options?: CallOptions): Promise<ObjectStat> {
    return this.#inner.commit(options);
  }

  abandon(options?: CallOptions): Promise<void> {
    return this.#inner.abandon(options);
  }

  async close(): Promise<void> {
    this.closed += 1;
    await this.#inner.close();
  }

  async #call<Value>(call: WriterCall, run: () => Promise<Value>): Promise<Value> {
    if (this.#busy) throw new Error('Two calls of a writer at once.');
    this.#busy = true;
    try {
      this.calls.push(call);
      await this.#before(call, this.calls.length);
      return await run();
    } finally {
      this.#busy = false;
    }
  }
}
