import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect, onFreshPlace, patternBytes, put, type ConformanceOptions } from './place.ts';

export function testListing(options: ConformanceOptions): void {
  test('lists what is committed, unfinished and foreign, but not its marker', () =>
    onFreshPlace(options, async ({ store, place }) => {
      assert.deepEqual(await collect(store.list()), []);
      await put(store, 'image-1', patternBytes(1000, 1));
      const writer = await store.begin('image-2', { sizeBytes: null });
      await writer.append([patternBytes(2000, 2)]);
      await writer.flush();
      await writer.close();
      await place.putForeign?.('somebody else’s.iso', patternBytes(300, 3));
      const listed = await collect(store.list());
      const found = new Map(listed.map((object) => [object.key, object]));
      assert.equal(found.get('image-1')?.sizeBytes, 1000);
      assert.equal(found.get('image-1')?.unfinished, false);
      assert.equal(found.get('image-2')?.unfinished, true);
      if (place.putForeign) {
        assert.equal(found.get('somebody else’s.iso')?.sizeBytes, 300);
        assert.equal(found.get('somebody else’s.iso')?.unfinished, false);
      }
      assert.equal(listed.length, place.putForeign ? 3 : 2);
      for (const { modifiedAt } of listed) assert.ok(Math.abs(Date.now() - modifiedAt.getTime()) < 600_000);
    }));

  test('frees everything when the list is left early', () =>
    onFreshPlace(options, async ({ store, place }) => {
      for (let index = 0; index < 5; index++) await put(store, `image-${index}`, patternBytes(10, index));
      const before = await place.countOpen?.();
      for await (const { key } of store.list()) if (key !== '') break;
      assert.equal(await place.countOpen?.(), before);
    }));
}

export function testCapacity(options: ConformanceOptions): void {
  test('tells how much there is and how much is free', () =>
    onFreshPlace(options, async ({ store }) => {
      const capacity = await store.capacity();
      if (capacity === null) return;
      assert.ok(capacity.totalBytes > 0);
      assert.ok(capacity.freeBytes >= 0 && capacity.freeBytes <= capacity.totalBytes);
    }));
}
