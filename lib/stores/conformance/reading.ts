import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BufferPool } from '#lib/streams/buffer-pool.ts';
import {
  assertFault,
  assertSameBytes,
  drain,
  onFreshPlace,
  patternBytes,
  put,
  readAll,
  type ConformanceOptions,
} from './place.ts';

export function testReading(options: ConformanceOptions): void {
  const size = options.objectSizeBytes;

  test('reads exactly the bytes of any range', () =>
    onFreshPlace(options, async ({ store }) => {
      const bytes = patternBytes(size, 1);
      await put(store, 'image-1', bytes);
      const cuts = [0, 1, 511, 65_536, 524_288, 1_048_577, size - 1, size].filter((cut) => cut <= size);
      for (const offset of cuts) {
        for (const end of cuts) {
          if (end < offset) continue;
          const range = { offset, length: end - offset };
          assertSameBytes(
            await readAll(store, 'image-1', range),
            bytes.subarray(offset, end),
            `[${offset}, ${end})`,
          );
        }
      }
    }));

  test('calls it a short read when the range goes beyond the end', () =>
    onFreshPlace(options, async ({ store }) => {
      await put(store, 'image-1', patternBytes(1000, 1));
      await assertFault('short-read', () => drain(store.read('image-1', { offset: 0, length: 1001 })));
      await assertFault('short-read', () => drain(store.read('image-1', { offset: 5000, length: 1 })));
    }));

  test('knows no object that was never stored', () =>
    onFreshPlace(options, async ({ store }) => {
      await assertFault('not-found', () => store.stat('image-1'));
      await assertFault('not-found', () => drain(store.read('image-1', { offset: 0, length: 1 })));
      await assertFault('not-found', () => drain(store.read('image-1', { offset: 0, length: 0 })));
    }));

  test('refuses keys that it has not made', () =>
    onFreshPlace(options, async ({ store }) => {
      const keys = ['', '.', '..', '../x', 'a/b', '.hidden', '-x', 'a\0b', 'ä', 'a b', 'x'.repeat(201)];
      for (const key of keys) {
        await assertFault('bad-key', () => store.stat(key));
        await assertFault('bad-key', () => drain(store.read(key, { offset: 0, length: 1 })));
        if (!store.capabilities.has('write')) continue;
        await assertFault('bad-key', () => store.begin(key, { sizeBytes: null }));
        await assertFault('bad-key', () => store.remove(key));
        await assertFault('bad-key', () => store.discard(key, null));
      }
    }));

  test('gives chunks that belong to the receiver', () =>
    onFreshPlace(options, async ({ store }) => {
      const bytes = patternBytes(size, 2);
      await put(store, 'image-1', bytes);
      const kept: Uint8Array[] = [];
      for await (const chunk of store.read('image-1', { offset: 0, length: size })) {
        assert.ok(chunk.byteLength <= 4 * 1024 * 1024, 'a chunk is at most 4 MiB');
        kept.push(chunk);
      }
      assertSameBytes(Buffer.concat(kept), bytes, 'chunks kept until the end');
    }));

  test('reads into the memory that it is given, or into its own', () =>
    onFreshPlace(options, async ({ store }) => {
      const bytes = patternBytes(size, 5);
      await put(store, 'image-1', bytes);
      const pool = new BufferPool();
      const lent = new Set<ArrayBufferLike>();
      const allocate = (length: number) => {
        const memory = pool.take(length);
        lent.add(memory.buffer);
        return memory;
      };
      let offset = 0;
      for await (const chunk of store.read('image-1', { offset: 0, length: size }, { allocate })) {
        assertSameBytes(chunk, bytes.subarray(offset, offset + chunk.byteLength), `chunk at ${offset}`);
        offset += chunk.byteLength;
        pool.give(chunk);
      }
      assert.equal(offset, size);
      const shared = (length: number) => new Uint8Array(new SharedArrayBuffer(length));
      const chunks: Uint8Array[] = [];
      for await (const chunk of store.read('image-1', { offset: 0, length: size }, { allocate: shared })) {
        chunks.push(Uint8Array.from(chunk));
      }
      assertSameBytes(Buffer.concat(chunks), bytes, 'through shared memory');
      assert.ok(lent.size < 10, `${lent.size} buffers were needed`);
    }));

  test('frees everything when the iteration ends early, by the reader, by an error, by the signal', () =>
    onFreshPlace(options, async ({ store, place }) => {
      await put(store, 'image-1', patternBytes(size, 3));
      const before = await place.countOpen?.();
      for (let round = 0; round < 20; round++) {
        for await (const chunk of store.read('image-1', { offset: round, length: size - round })) {
          if (chunk.byteLength > 0) break;
        }
        await assert.rejects(async () => {
          for await (const chunk of store.read('image-1', { offset: 0, length: size })) {
            throw new Error(`the reader failed after ${chunk.byteLength}`);
          }
        });
        const stop = new AbortController();
        await assertFault('aborted', async () => {
          for await (const chunk of store.read('image-1', { offset: 0, length: size }, stop)) {
            if (chunk.byteLength > 0) stop.abort();
          }
        });
      }
      assert.equal(await place.countOpen?.(), before, 'nothing stays open');
    }));

  test('does not begin when the signal has come already', () =>
    onFreshPlace(options, async ({ store }) => {
      await put(store, 'image-1', patternBytes(10, 3));
      const signal = AbortSignal.abort();
      await assertFault('aborted', () => store.stat('image-1', { signal }));
      await assertFault('aborted', () => drain(store.read('image-1', { offset: 0, length: 1 }, { signal })));
      await assertFault('aborted', () => store.readMarker({ signal }));
    }));
}
