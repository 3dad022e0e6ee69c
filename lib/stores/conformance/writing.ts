import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertFault,
  assertSameBytes,
  marker,
  onFreshPlace,
  patternBytes,
  put,
  readAll,
  unevenChunks,
  type ConformanceOptions,
} from './place.ts';

export function testWriting(options: ConformanceOptions): void {
  const size = options.objectSizeBytes;

  test('stores what was appended, also from shared memory and in uneven chunks', () =>
    onFreshPlace(options, async ({ store, reopen }) => {
      const bytes = patternBytes(size, 1);
      const shared = new Uint8Array(new SharedArrayBuffer(size));
      shared.set(bytes);
      const writer = await store.begin('image-1', { sizeBytes: size });
      const chunks = unevenChunks(shared, 7);
      for (let index = 0; index < chunks.length; index += 5) {
        await writer.append([...chunks.slice(index, index + 5), new Uint8Array(0)]);
      }
      assert.equal(writer.position, size);
      assert.deepEqual(await writer.commit(), { key: 'image-1', sizeBytes: size });
      assertSameBytes(await readAll(await reopen(), 'image-1'), bytes);
    }));

  test('stores an object without a byte', () =>
    onFreshPlace(options, async ({ store, reopen }) => {
      const writer = await store.begin('image-1', { sizeBytes: 0 });
      assert.deepEqual(await writer.commit(), { key: 'image-1', sizeBytes: 0 });
      assert.equal((await (await reopen()).stat('image-1')).sizeBytes, 0);
      assert.equal((await readAll(store, 'image-1')).length, 0);
    }));

  test('shows nothing under the key before the commit', () =>
    onFreshPlace(options, async ({ store }) => {
      const writer = await store.begin('image-1', { sizeBytes: null });
      await assertFault('not-found', () => store.stat('image-1'));
      await writer.append([patternBytes(size, 1)]);
      await writer.flush();
      await assertFault('not-found', () => store.stat('image-1'));
      await assertFault('not-found', () => readAll(store, 'image-1', { offset: 0, length: 1 }));
      await assertFault('not-found', () => store.remove('image-1'));
      await writer.commit();
      assert.equal((await store.stat('image-1')).sizeBytes, size);
    }));

  test('refuses to begin where something is, committed or not, and leaves it alone', () =>
    onFreshPlace(options, async ({ store }) => {
      const first = patternBytes(1000, 1);
      await put(store, 'image-1', first);
      await assertFault('exists', () => store.begin('image-1', { sizeBytes: null }));
      const writer = await store.begin('image-2', { sizeBytes: null });
      await writer.append([patternBytes(2000, 2)]);
      await assertFault('exists', () => store.begin('image-2', { sizeBytes: null }));
      await writer.commit();
      assertSameBytes(await readAll(store, 'image-1'), first, 'the first object');
      assertSameBytes(await readAll(store, 'image-2'), patternBytes(2000, 2), 'the second object');
    }));

  for (const where of ['start', 'middle', 'end', 'everywhere'] as const) {
    test(`stores zeros at the ${where}`, () =>
      onFreshPlace(options, async ({ store, place }) => {
        const zeros = 3 * options.holeSizeBytes + 17;
        const data = patternBytes(options.holeSizeBytes + 5, 1);
        const parts: (Uint8Array | number)[] = {
          start: [zeros, data],
          middle: [data, zeros, data],
          end: [data, zeros],
          everywhere: [zeros],
        }[where];
        const writer = await store.begin('image-1', { sizeBytes: null });
        let expected = Buffer.alloc(0);
        for (const part of parts) {
          if (typeof part === 'number') await writer.appendZeros(part);
          else await writer.append([part]);
          expected = Buffer.concat([expected, typeof part === 'number' ? Buffer.alloc(part) : part]);
          assert.equal(writer.position, expected.length);
        }
        await writer.commit();
        assertSameBytes(await readAll(store, 'image-1'), expected);
        if (!store.capabilities.has('sparse')) return;
        const allocated = await place.allocatedBytes?.('image-1');
        if (allocated === undefined) return;
        const dataBytes = parts.filter((part) => typeof part !== 'number').length * data.length;
        assert.ok(allocated <= dataBytes + 2 * options.holeSizeBytes, `${allocated} bytes are taken`);
      }));
  }

  test('abandons without a trace, again and again', () =>
    onFreshPlace(options, async ({ store }) => {
      const writer = await store.begin('image-1', { sizeBytes: null });
      await writer.append([patternBytes(1000, 1)]);
      await writer.flush();
      await writer.abandon();
      await writer.abandon();
      await writer.close();
      await assertFault('not-found', () => store.stat('image-1'));
      await put(store, 'image-1', patternBytes(10, 2));
      await writer.abandon();
      assertSameBytes(await readAll(store, 'image-1'), patternBytes(10, 2));
    }));

  test('lets only abandon and close follow on a rejected call', () =>
    onFreshPlace(options, async ({ store }) => {
      const writer = await store.begin('image-1', { sizeBytes: null });
      await assertFault('aborted', () =>
        writer.append([patternBytes(10, 1)], { signal: AbortSignal.abort() }),
      );
      await assertFault('failed', () => writer.append([patternBytes(10, 1)]));
      await assertFault('failed', () => writer.flush());
      await assertFault('failed', () => writer.commit());
      await writer.abandon();
      await writer.close();
      await assertFault('not-found', () => store.stat('image-1'));
    }));

  test('does not commit after the signal', () =>
    onFreshPlace(options, async ({ store }) => {
      const writer = await store.begin('image-1', { sizeBytes: null });
      await writer.append([patternBytes(10, 1)]);
      await assertFault('aborted', () => writer.commit({ signal: AbortSignal.abort() }));
      await assertFault('not-found', () => store.stat('image-1'));
      await writer.abandon();
    }));

  test('discards what is unfinished, never what is committed, and may be told twice', () =>
    onFreshPlace(options, async ({ store, reopen }) => {
      await put(store, 'image-1', patternBytes(1000, 1));
      await store.discard('image-1', null);
      assertSameBytes(await readAll(store, 'image-1'), patternBytes(1000, 1));
      const writer = await store.begin('image-2', { sizeBytes: null });
      await writer.append([patternBytes(size, 2)]);
      const { resumeState } = await writer.flush();
      await writer.close();
      const again = await reopen();
      await again.discard('image-2', resumeState);
      await again.discard('image-2', resumeState);
      await again.discard('image-3', null);
      await put(again, 'image-2', patternBytes(5, 3));
    }));

  test('removes once', () =>
    onFreshPlace(options, async ({ store, reopen }) => {
      await put(store, 'image-1', patternBytes(1000, 1));
      await put(store, 'image-2', patternBytes(1000, 2));
      await store.remove('image-1');
      await assertFault('not-found', () => store.stat('image-1'));
      await assertFault('not-found', () => store.remove('image-1'));
      const again = await reopen();
      await assertFault('not-found', () => again.stat('image-1'));
      assertSameBytes(await readAll(again, 'image-2'), patternBytes(1000, 2));
    }));

  test('goes on reading an object that is removed, or says that it is gone', () =>
    onFreshPlace(options, async ({ store }) => {
      const bytes = patternBytes(size, 4);
      await put(store, 'image-1', bytes);
      const received: Uint8Array[] = [];
      try {
        for await (const chunk of store.read('image-1', { offset: 0, length: size })) {
          if (received.push(chunk) === 1) await store.remove('image-1');
        }
        assertSameBytes(Buffer.concat(received), bytes);
      } catch {
        const got = Buffer.concat(received);
        assertSameBytes(got, bytes.subarray(0, got.length), 'what came before the end');
      }
    }));

  test('keeps its marker, and writes no second one', () =>
    onFreshPlace(options, async ({ store, reopen }) => {
      assert.deepEqual(await store.readMarker(), marker(store.id));
      const another = { ...marker(store.id), token: 'another' };
      await assertFault('exists', () => store.writeMarker(another));
      assert.deepEqual(await (await reopen()).readMarker(), marker(store.id));
    }));

  test('writes many objects at once', () =>
    onFreshPlace(options, async ({ store }) => {
      const keys = Array.from({ length: 40 }, (_, index) => `image-${index}`);
      await Promise.all(keys.map((key, index) => put(store, key, patternBytes(10_000 + index, index))));
      for (const [index, key] of keys.entries()) {
        assertSameBytes(await readAll(store, key), patternBytes(10_000 + index, index), key);
      }
    }));
}
