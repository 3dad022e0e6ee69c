import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { hasCode } from '#lib/contract/errors.ts';
import { KiB, MiB, pieceSizeBytes } from '#lib/contract/limits.ts';
import { openRoad } from './road.ts';
import { beginIn, chunksOf, digestsOf, imageBytes, openBench, readAll, roadOptions } from './test-support.ts';

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
