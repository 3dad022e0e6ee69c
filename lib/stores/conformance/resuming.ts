import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../fault-store.ts';
import type { DurablePoint } from '../store.ts';
import {
  assertFault,
  assertSameBytes,
  onFreshPlace,
  patternBytes,
  put,
  readAll,
  type ConformanceOptions,
} from './place.ts';

export function testResuming(options: ConformanceOptions): void {
  const size = options.objectSizeBytes;

  test('goes on at the durable offset in a new instance and cuts off what lies behind', () =>
    onFreshPlace(options, async ({ store, reopen }) => {
      const bytes = patternBytes(size, 1);
      const writer = await store.begin('image-1', { sizeBytes: size });
      const middle = Math.floor(size / 2);
      await writer.append([bytes.subarray(0, middle)]);
      const point = await writer.flush();
      assert.ok(point.durableBytes <= middle);
      await writer.append([patternBytes(size - middle, 99)]);
      await writer.appendZeros(12_345);
      await writer.close();
      const later = await (await reopen()).resume('image-1', { ...point, sizeBytes: size });
      assert.equal(later.position, point.durableBytes);
      await later.append([bytes.subarray(point.durableBytes)]);
      await later.commit();
      assertSameBytes(await readAll(store, 'image-1'), bytes);
    }));

  test('goes on behind zeros that were made durable', () =>
    onFreshPlace(options, async ({ store, reopen }) => {
      const zeros = options.holeSizeBytes * 2 + 1;
      const writer = await store.begin('image-1', { sizeBytes: null });
      await writer.appendZeros(zeros);
      const point = await writer.flush();
      await writer.close();
      const later = await (await reopen()).resume('image-1', { ...point, sizeBytes: null });
      await later.appendZeros(zeros - later.position);
      await later.append([patternBytes(10, 1)]);
      await later.commit();
      assertSameBytes(
        await readAll(store, 'image-1'),
        Buffer.concat([Buffer.alloc(zeros), patternBytes(10, 1)]),
      );
    }));

  test('refuses to go on where nothing is, where less is than promised, and where all is done', () =>
    onFreshPlace(options, async ({ store }) => {
      const nothing = { durableBytes: 0, resumeState: null, sizeBytes: null };
      await assertFault('not-found', () => store.resume('image-1', nothing));
      const writer = await store.begin('image-1', { sizeBytes: null });
      await writer.append([patternBytes(size, 1)]);
      const point = await writer.flush();
      await writer.close();
      await assertFault('short-read', () =>
        store.resume('image-1', { ...point, durableBytes: size + 1, sizeBytes: null }),
      );
      const again = await store.resume('image-1', { ...point, sizeBytes: null });
      await again.append([patternBytes(size, 1).subarray(again.position)]);
      await again.commit();
      await assertFault('exists', () => store.resume('image-1', { ...point, sizeBytes: null }));
      assertSameBytes(await readAll(store, 'image-1'), patternBytes(size, 1));
    }));

  test('ends with the right bytes whatever was written, flushed and restarted in between', async (context) => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    context.diagnostic(`seed ${seed}`);
    const random = seededRandom(seed);
    for (let round = 0; round < (options.rounds ?? 12); round++) {
      await onFreshPlace(options, async ({ store, reopen }) => {
        const bytes = patternBytes(size, round);
        // A third of it becomes zeros, in places that follow no block size.
        const from = Math.floor(random() * size);
        const to = Math.min(size, from + Math.floor(size / 3));
        bytes.fill(0, from, to);
        let current = store;
        let writer = await store.begin('image-1', { sizeBytes: size });
        let point: DurablePoint = await writer.flush();
        while (writer.position < size) {
          const next = Math.min(size, writer.position + 1 + Math.floor(random() ** 2 * size * 0.4));
          if (writer.position >= from && next <= to) await writer.appendZeros(next - writer.position);
          else await writer.append([bytes.subarray(writer.position, next)]);
          const dice = random();
          if (dice < 0.4) {
            const flushed = await writer.flush();
            assert.ok(flushed.durableBytes >= point.durableBytes, 'durable bytes never go back');
            assert.ok(flushed.durableBytes <= writer.position);
            point = flushed;
          }
          if (dice > 0.7) {
            // A point that nobody comes to record.
            if (dice > 0.8) await writer.flush();
            if (dice > 0.85) await writer.close();
            current = await reopen();
            writer = await current.resume('image-1', { ...point, sizeBytes: size });
            assert.equal(writer.position, point.durableBytes);
          }
        }
        await writer.commit();
        assertSameBytes(await readAll(await reopen(), 'image-1'), bytes, `round ${round}, seed ${seed}`);
      });
    }
  });

  test('leaves other objects alone when it cuts', () =>
    onFreshPlace(options, async ({ store }) => {
      await put(store, 'image-10', patternBytes(1000, 10));
      const writer = await store.begin('image-1', { sizeBytes: null });
      await writer.append([patternBytes(1000, 1)]);
      await writer.close();
      const again = await store.resume('image-1', { durableBytes: 0, resumeState: null, sizeBytes: null });
      await again.commit();
      assert.equal((await store.stat('image-1')).sizeBytes, 0);
      assertSameBytes(await readAll(store, 'image-10'), patternBytes(1000, 10));
    }));
}
