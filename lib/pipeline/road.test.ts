import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '#lib/contract/errors.ts';
import { KiB, MiB, pieceSizeBytes } from '#lib/contract/limits.ts';
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

test('hashes every piece of 64 MiB and reports it with the durable point behind it', async (t) => {
  const bench = await openBench(t);
  const bytes = imageBytes(2 * pieceSizeBytes + 5 * MiB + 17);
  const writers = await beginIn([await bench.store()], 'image');
  const reported: string[] = [];
  const offsets: number[] = [];
  const road = await openRoad(
    roadOptions(writers, {
      onDurable: async ({ durableBytes, pieces }) => {
        offsets.push(durableBytes);
        for (const { index, blake3 } of pieces) reported[index] = blake3;
      },
    }),
    bench,
  );
  for (const chunk of chunksOf(bytes, 64 * KiB)) await road.write(chunk);
  const { digests } = await road.finish();
  await road.close();
  const expected = digestsOf(bytes);
  assert.deepEqual(digests, expected);
  assert.deepEqual(reported, expected.pieces.slice(0, 2));
  assert.deepEqual(
    offsets,
    [...offsets].sort((one, other) => one - other),
  );
  assert.equal(offsets.at(-1), bytes.length);
  assert.ok(offsets.length >= 3, `durable points: ${offsets}`);
});

test('makes what a slow client has sent durable after two seconds', async (t) => {
  const bench = await openBench(t);
  const writers = await beginIn([await bench.store()], 'image');
  const durable = Promise.withResolvers<number>();
  const road = await openRoad(
    roadOptions(writers, { onDurable: async ({ durableBytes }) => durable.resolve(durableBytes) }),
    bench,
  );
  await road.write(randomBytes(1000));
  assert.equal(bench.slots.figures().inUse, 0, 'a slow client holds no slot');
  assert.equal(await durable.promise, 1000);
  await road.close();
});

test('keeps runs of zeros as holes', async (t) => {
  const bench = await openBench(t);
  const store = await bench.store();
  const writers = await beginIn([store], 'image');
  const road = await openRoad(roadOptions(writers, { hashes: [] }), bench);
  await road.write(randomBytes(MiB));
  for (let index = 0; index < 64; index += 1) await road.write(Buffer.alloc(64 * KiB));
  await road.write({ zeros: 20 * 1024 * MiB });
  await road.write(randomBytes(MiB));
  const { digests, sizeBytes } = await road.finish();
  for (const { writer } of writers) await writer.commit();
  await road.close();
  assert.equal(sizeBytes, 20 * 1024 * MiB + 6 * MiB);
  assert.equal(digests.pieces.includes(null), false);
  const extents = await Array.fromAsync(store.extents('image'));
  const dataBytes = extents
    .filter(({ kind }) => kind === 'data')
    .reduce((sum, { length }) => sum + length, 0);
  assert.ok(dataBytes <= 3 * MiB, `${dataBytes} bytes of data`);
});

test('goes on with the hashes of an earlier road, also from the durable point before its end', async (t) => {
  const bench = await openBench(t);
  const store = await bench.store();
  const bytes = imageBytes(9 * MiB + 333);
  const cuts = [0, 1, 700 * KiB, 3 * MiB, 3 * MiB + 1, 8 * MiB, bytes.length];
  for (let index = 0; index + 1 < cuts.length; index += 1) {
    const startOffset = cuts[index] ?? 0;
    const writer =
      index === 0
        ? await store.begin('image', { sizeBytes: null })
        : await store.resume('image', { sizeBytes: null, durableBytes: startOffset, resumeState: null });
    const road = await openRoad(
      roadOptions([{ storeId: store.id, writer }], { startOffset, hashSession: 'upload' }),
      bench,
    );
    for (const chunk of chunksOf(bytes.subarray(startOffset, cuts[index + 1]), 100_000))
      await road.write(chunk);
    if (index + 2 < cuts.length) {
      assert.deepEqual(await road.close(), { durableBytes: cuts[index + 1] });
      continue;
    }
    const { digests } = await road.finish();
    await writer.commit();
    await road.close();
    assert.deepEqual(digests, digestsOf(bytes));
  }
  assert.ok((await readAll(store, 'image')).equals(bytes));
});

test('says that a hash is lost when a road begins where no state is known', async (t) => {
  const bench = await openBench(t);
  const store = await bench.store();
  const bytes = imageBytes(2 * MiB);
  const first = await openRoad(
    roadOptions(await beginIn([store], 'image'), { hashSession: 'upload' }),
    bench,
  );
  await first.write(bytes.subarray(0, MiB));
  await first.close();
  const writer = await store.resume('image', { sizeBytes: null, durableBytes: 1000, resumeState: null });
  const second = await openRoad(
    roadOptions([{ storeId: store.id, writer }], { startOffset: 1000, hashSession: 'upload' }),
    bench,
  );
  await second.write(bytes.subarray(1000));
  const { digests } = await second.finish();
  await second.close();
  assert.deepEqual(digests, { md5: null, sha512: null, pieces: [null] });
});

test('refuses bytes behind the declared size and stores none of them', async (t) => {
  const bench = await openBench(t);
  const store = await bench.store();
  const writers = await beginIn([store], 'image');
  const road = await openRoad(roadOptions(writers, { sizeBytes: 100 }), bench);
  await road.write(randomBytes(99));
  await assert.rejects(road.finish(), (error) => hasCode(error, 'bad_request'));
  await assert.rejects(road.write(randomBytes(2)), (error) => hasCode(error, 'too_large'));
  await assert.rejects(road.write({ zeros: 2 }), (error) => hasCode(error, 'too_large'));
  await road.write(randomBytes(1));
  assert.equal((await road.finish()).sizeBytes, 100);
  await writers[0]?.writer.commit();
  await road.close();
  assert.equal((await store.stat('image')).sizeBytes, 100);
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
