/** What only many roads, random chunks and random ends show. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { KiB, MiB } from '#lib/contract/limits.ts';
import { openRoad } from './road.ts';
import { beginIn, chunksOf, digestsOf, imageBytes, openBench, readAll, roadOptions } from './test-support.ts';
import type { RoadOptions } from './types.ts';

test('stores and hashes what comes, whatever its chunks, in every store', async (t) => {
  const bench = await openBench(t);
  const stores = [await bench.store(), await bench.store()];
  let count = 0;
  const piece = fc.oneof(
    fc.integer({ min: 0, max: 300 * KiB }).map((length) => randomBytes(length)),
    fc.integer({ min: 0, max: 300 * KiB }).map((length) => Buffer.alloc(length)),
    fc.integer({ min: 0, max: 3 * MiB }).map((zeros) => ({ zeros })),
    fc.integer({ min: 900 * KiB, max: 2 * MiB }).map((length) => imageBytes(length)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 24 }), async (pieces) => {
      const key = `image-${count++}`;
      const writers = await beginIn(stores, key);
      const road = await openRoad(roadOptions(writers), bench);
      for (const next of pieces) await road.write(next);
      const { digests, sizeBytes } = await road.finish();
      for (const { writer } of writers) await writer.commit();
      await road.close();
      const expected = Buffer.concat(
        pieces.map((next) => (next instanceof Uint8Array ? next : Buffer.alloc(next.zeros))),
      );
      assert.equal(sizeBytes, expected.length);
      assert.deepEqual(digests, digestsOf(expected));
      for (const store of stores) assert.ok((await readAll(store, key)).equals(expected));
    }),
    { numRuns: 40 },
  );
});

test('leaves a durable offset wherever it is aborted or closed', async (t) => {
  const bench = await openBench(t);
  const store = await bench.store();
  const bytes = imageBytes(6 * MiB);
  for (let index = 0; index < 40; index += 1) {
    const key = `image-${index}`;
    const stopping = new AbortController();
    const writers = await beginIn([store], key);
    let reported = 0;
    const options: Partial<RoadOptions> = {
      signal: stopping.signal,
      onDurable: async ({ durableBytes }) => {
        reported = durableBytes;
      },
    };
    const road = await openRoad(roadOptions(writers, options), bench);
    const stopAt = Math.floor(Math.random() * bytes.length);
    const hard = index % 2 === 0;
    if (hard) setTimeout(() => stopping.abort(), Math.random() * 15);
    try {
      for (const chunk of chunksOf(bytes.subarray(0, stopAt), 50_000)) {
        await road.write(chunk);
        if (index % 3 === 0) await new Promise(setImmediate);
      }
      await road.flush();
    } catch (error) {
      assert.equal(error instanceof Error ? error.name : '', 'AbortError');
    }
    const { durableBytes } = await road.close();
    assert.equal(durableBytes, reported);
    if (!hard) assert.equal(durableBytes, stopAt);
    const writer = await store.resume(key, { sizeBytes: null, durableBytes, resumeState: null });
    await writer.append([bytes.subarray(durableBytes)]);
    await writer.commit();
    await writer.close();
    assert.ok((await readAll(store, key)).equals(bytes), `${key}: durable ${durableBytes} of ${stopAt}`);
  }
});

test('carries 300 roads at once in little memory', async (t) => {
  const bench = await openBench(t);
  const store = await bench.store();
  const bytes = imageBytes(2 * MiB);
  const expected = digestsOf(bytes);
  let most = 0;
  await Promise.all(
    Array.from({ length: 300 }, async (_, index) => {
      const writers = await beginIn([store], `image-${index}`);
      const road = await openRoad(roadOptions(writers), bench);
      for (const chunk of chunksOf(bytes, 16 * KiB)) {
        await road.write(chunk);
        const { inUse, collectedBytes } = bench.slots.figures();
        most = Math.max(most, inUse * MiB + collectedBytes);
      }
      assert.deepEqual((await road.finish()).digests, expected);
      for (const { writer } of writers) await writer.commit();
      await road.close();
    }),
  );
  assert.ok(most <= 48 * MiB + 64 * MiB, `${most / MiB} MiB`);
});
