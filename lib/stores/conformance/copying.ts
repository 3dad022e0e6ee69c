import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DurablePoint } from '../store.ts';
import {
  assertFault,
  assertSameBytes,
  collect,
  onFreshPlace,
  patternBytes,
  put,
  readAll,
  type Bench,
  type ConformanceOptions,
} from './place.ts';

export function testCopying(options: ConformanceOptions): void {
  const size = options.objectSizeBytes;

  for (const from of ['itself', 'its neighbour'] as const) {
    const openSource = async (bench: Bench) => {
      if (from === 'itself' || !bench.place.openNeighbour) return bench.store;
      return bench.guard(await bench.place.openNeighbour());
    };

    test(`copies from ${from}, holes and all`, () =>
      onFreshPlace(options, async (bench) => {
        const { store, place } = bench;
        const source = await openSource(bench);
        const hole = options.holeSizeBytes * 4;
        const writer = await source.begin('source', { sizeBytes: null });
        await writer.appendZeros(hole);
        await writer.append([patternBytes(size, 1)]);
        await writer.appendZeros(hole);
        const { sizeBytes } = await writer.commit();
        assert.equal(await store.canCloneFrom(source), true);
        const copied = await store.clone(source, { sourceKey: 'source', key: 'copy', sizeBytes, from: null });
        assert.deepEqual(copied, { key: 'copy', sizeBytes });
        const expected = Buffer.concat([Buffer.alloc(hole), patternBytes(size, 1), Buffer.alloc(hole)]);
        assertSameBytes(await readAll(store, 'copy'), expected);
        assertSameBytes(await readAll(source, 'source'), expected, 'the source');
        const allocated = await place.allocatedBytes?.('copy');
        if (allocated !== undefined) {
          assert.ok(allocated <= size + 2 * options.holeSizeBytes, `${allocated} bytes are taken`);
        }
      }));
  }

  test('copies an object without a byte', () =>
    onFreshPlace(options, async ({ store }) => {
      await put(store, 'source', Buffer.alloc(0));
      await store.clone(store, { sourceKey: 'source', key: 'copy', sizeBytes: 0, from: null });
      assert.equal((await store.stat('copy')).sizeBytes, 0);
    }));

  test('refuses a copy of what is not there, onto what is, or of another size', () =>
    onFreshPlace(options, async ({ store }) => {
      await put(store, 'source', patternBytes(1000, 1));
      await put(store, 'taken', patternBytes(10, 2));
      const request = { sourceKey: 'source', key: 'copy', sizeBytes: 1000, from: null };
      await assertFault('not-found', () => store.clone(store, { ...request, sourceKey: 'nothing' }));
      await assertFault('exists', () => store.clone(store, { ...request, key: 'taken' }));
      await assertFault('short-read', () => store.clone(store, { ...request, sizeBytes: 1001 }));
      assertSameBytes(await readAll(store, 'taken'), patternBytes(10, 2));
      await assertFault('not-found', () => store.stat('copy'));
    }));

  test('stops at the signal, shows nothing, and goes on from a durable point', () =>
    onFreshPlace(options, async ({ store, reopen }) => {
      const bytes = patternBytes(size, 1);
      await put(store, 'source', bytes);
      const request = { sourceKey: 'source', key: 'copy', sizeBytes: size };
      await assertFault('aborted', () =>
        store.clone(store, { ...request, from: null, signal: AbortSignal.abort() }),
      );
      await assertFault('not-found', () => store.stat('copy'));
      await store.discard('copy', null);

      const writer = await store.begin('copy', { sizeBytes: size });
      await writer.append([bytes.subarray(0, Math.floor(size / 3))]);
      const point: DurablePoint = await writer.flush();
      await writer.append([patternBytes(10_000, 77)]);
      await writer.close();
      const again = await reopen();
      await assertFault('exists', () => again.clone(again, { ...request, from: null }));
      await again.clone(again, { ...request, from: point });
      assertSameBytes(await readAll(again, 'copy'), bytes);
    }));

  test('keeps the copy when the source is removed', () =>
    onFreshPlace(options, async ({ store }) => {
      await put(store, 'source', patternBytes(size, 1));
      await store.clone(store, { sourceKey: 'source', key: 'copy', sizeBytes: size, from: null });
      await store.remove('source');
      assertSameBytes(await readAll(store, 'copy'), patternBytes(size, 1));
    }));
}

export function testExtents(options: ConformanceOptions): void {
  test('names data and holes in order, without gaps, and never calls data a hole', () =>
    onFreshPlace(options, async ({ store }) => {
      const hole = options.holeSizeBytes * 4;
      const data = patternBytes(options.holeSizeBytes * 2 + 11, 1);
      const writer = await store.begin('image-1', { sizeBytes: null });
      await writer.appendZeros(hole);
      await writer.append([data]);
      await writer.appendZeros(hole + 7);
      await writer.append([data]);
      await writer.appendZeros(hole);
      const { sizeBytes } = await writer.commit();
      const bytes = await readAll(store, 'image-1');
      let offset = 0;
      let zeroBytes = 0;
      let previous = '';
      for (const extent of await collect(store.extents('image-1'))) {
        assert.equal(extent.offset, offset);
        assert.ok(extent.length > 0);
        assert.notEqual(extent.kind, previous);
        if (extent.kind === 'zero') {
          assert.ok(bytes.subarray(offset, offset + extent.length).every((byte) => byte === 0));
          zeroBytes += extent.length;
        }
        offset += extent.length;
        previous = extent.kind;
      }
      assert.equal(offset, sizeBytes);
      assert.ok(zeroBytes >= hole * 2, `${zeroBytes} bytes of holes were found`);
    }));

  test('names no extent of an object without a byte, and none of no object', () =>
    onFreshPlace(options, async ({ store }) => {
      await put(store, 'image-1', Buffer.alloc(0));
      assert.deepEqual(await collect(store.extents('image-1')), []);
      await assertFault('not-found', () => collect(store.extents('image-2')));
    }));
}
