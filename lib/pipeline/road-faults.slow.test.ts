import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { MiB } from '#lib/contract/limits.ts';
import { openRoad } from './road.ts';
import {
  beginIn,
  chunksOf,
  digestsOf,
  imageBytes,
  openBench,
  readAll,
  roadOptions,
  WatchedWriter,
} from './test-support.ts';
import type { SinkProgress } from './types.ts';

const bytes = imageBytes(9 * MiB + 100);

/** One store answers, the other one fails at its n-th call; flushes come every 2 MiB. */
async function sendWithFault(
  bench: Awaited<ReturnType<typeof openBench>>,
  failAt: number,
  allMustSucceed: boolean,
) {
  const [good, bad] = [await bench.store(), await bench.store()];
  const [goodWriter, badWriter] = await beginIn([good, bad], 'image');
  assert.ok(goodWriter && badWriter);
  const watched = new WatchedWriter(badWriter.writer, (_call, count) => {
    if (count === failAt) throw new Error('the disk is gone');
  });
  const reports: { durableBytes: number; sinks: SinkProgress[] }[] = [];
  const road = await openRoad(
    roadOptions([goodWriter, { storeId: bad.id, writer: watched }], {
      allMustSucceed,
      onDurable: async (progress) => {
        reports.push(progress);
      },
    }),
    bench,
  );
  let error: unknown = null;
  try {
    let sent = 0;
    for (const chunk of chunksOf(bytes, 128 * 1024)) {
      await road.write(chunk);
      sent += chunk instanceof Uint8Array ? chunk.byteLength : 0;
      if (sent % (2 * MiB) === 0) await road.flush();
    }
    const { digests } = await road.finish();
    assert.deepEqual(digests, digestsOf(bytes));
    await goodWriter.writer.commit();
  } catch (caught) {
    error = caught;
  }
  const { durableBytes } = await road.close();
  return { road, good, bad, watched, reports, error, durableBytes };
}

test('stops at a resumable offset when one of the stores fails at any call and all must succeed', async (t) => {
  const bench = await openBench(t);
  let failAt = 0;
  for (;;) {
    failAt += 1;
    const { road, good, bad, watched, reports, error, durableBytes } = await sendWithFault(
      bench,
      failAt,
      true,
    );
    if (watched.calls.length < failAt) {
      assert.equal(error, null);
      break;
    }
    assert.equal(error instanceof Error ? error.message : error, 'the disk is gone');
    assert.equal(watched.calls.length, failAt, 'a failed writer is not called again');
    assert.equal(watched.closed, 1);
    const failed = road.sinks().find(({ storeId }) => storeId === bad.id);
    assert.equal(failed?.failure?.message, 'the disk is gone');
    assert.equal(durableBytes, reports.at(-1)?.durableBytes ?? 0);
    for (const { storeId } of road.sinks()) {
      const store = storeId === good.id ? good : bad;
      const writer = await store.resume('image', { sizeBytes: null, durableBytes, resumeState: null });
      await writer.append([bytes.subarray(durableBytes)]);
      await writer.commit();
      assert.ok((await readAll(store, 'image')).equals(bytes));
    }
  }
  assert.ok(failAt > 12, `${failAt} calls`);
});

test('goes on without a store that fails at any call when one is enough', async (t) => {
  const bench = await openBench(t);
  for (let failAt = 1; failAt < 16; failAt += 1) {
    const { road, good, watched, reports, error } = await sendWithFault(bench, failAt, false);
    assert.equal(error, null);
    assert.equal(watched.calls.length, failAt);
    assert.ok((await readAll(good, 'image')).equals(bytes));
    assert.equal(road.sinks().filter(({ failure }) => failure !== null).length, 1);
    assert.equal(reports.at(-1)?.durableBytes, bytes.length);
    assert.equal(reports.at(-1)?.sinks.filter(({ failure }) => failure !== null).length, 1);
  }
});

test('fails when the last store has failed', async (t) => {
  const bench = await openBench(t);
  const [opened] = await beginIn([await bench.store()], 'image');
  assert.ok(opened);
  const writer = new WatchedWriter(opened.writer, () => {
    throw new Error('the disk is gone');
  });
  const road = await openRoad(roadOptions([{ ...opened, writer }], { allMustSucceed: false }), bench);
  await assert.rejects(async () => {
    for (;;) await road.write(randomBytes(MiB));
  }, /the disk is gone/);
  await assert.rejects(road.flush(), /the disk is gone/);
  assert.deepEqual(await road.close(), { durableBytes: 0 });
});

test('fails when a durable point cannot be told', async (t) => {
  const bench = await openBench(t);
  const writers = await beginIn([await bench.store()], 'image');
  const onDurable = async () => {
    throw new Error('no database');
  };
  const road = await openRoad(roadOptions(writers, { onDurable }), bench);
  await road.write(randomBytes(100));
  await assert.rejects(road.flush(), /no database/);
  assert.deepEqual(await road.close(), { durableBytes: 0 });
});

test('holds the source back, with few slots, while a store is slow', async (t) => {
  const bench = await openBench(t);
  const [opened] = await beginIn([await bench.store()], 'image');
  assert.ok(opened);
  const writer = new WatchedWriter(opened.writer, () => delay(20));
  const road = await openRoad(roadOptions([{ ...opened, writer }]), bench);
  let mostAhead = 0;
  for (const chunk of chunksOf(randomBytes(48 * MiB), 64 * 1024)) {
    await road.write(chunk);
    mostAhead = Math.max(mostAhead, road.position - (road.sinks()[0]?.position ?? 0));
  }
  await road.close();
  assert.ok(mostAhead <= 18 * MiB, `${mostAhead / MiB} MiB ahead`);
  assert.ok(bench.slots.figures().allocated <= 16);
});

test('roads whose stores hang leave slots for a quick one', async (t) => {
  const bench = await openBench(t, { slots: { stuckMilliseconds: 500 } });
  const stuck = Promise.withResolvers<void>();
  const slowRoads = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const [opened] = await beginIn([await bench.store()], `slow-${index}`);
      assert.ok(opened);
      const writer = new WatchedWriter(opened.writer, () => stuck.promise);
      const road = await openRoad(roadOptions([{ ...opened, writer }], { hashes: [] }), bench);
      const block = randomBytes(MiB);
      const sending = (async () => {
        for (let count = 0; count < 20; count += 1) await road.write(block);
      })();
      return { road, sending };
    }),
  );
  const quick = await openRoad(roadOptions(await beginIn([await bench.store()], 'quick')), bench);
  for (const chunk of chunksOf(bytes, 64 * 1024)) await quick.write(chunk);
  assert.deepEqual((await quick.finish()).digests, digestsOf(bytes));
  await quick.close();
  assert.ok(bench.slots.figures().waiting > 0);
  stuck.resolve();
  for (const { road, sending } of slowRoads) {
    await sending;
    assert.deepEqual(await road.close(), { durableBytes: 20 * MiB });
  }
});

test('leaves behind the one store that everybody waits for, at a byte where it can go on', async (t) => {
  const bench = await openBench(t);
  const [quick, slow] = [await bench.store(), await bench.store()];
  const [quickWriter, slowWriter] = await beginIn([quick, slow], 'image');
  assert.ok(quickWriter && slowWriter);
  const writer = new WatchedWriter(slowWriter.writer, () => delay(200));
  const detached = Promise.withResolvers<SinkProgress>();
  const big = imageBytes(64 * MiB);
  const road = await openRoad(
    roadOptions([quickWriter, { storeId: slow.id, writer }], {
      hashes: [],
      lag: { afterMilliseconds: 600, onDetached: detached.resolve },
    }),
    bench,
  );
  for (const chunk of chunksOf(big, MiB)) await road.write(chunk);
  await road.finish();
  await quickWriter.writer.commit();
  const left = await detached.promise;
  await road.close();
  assert.equal(left.storeId, slow.id);
  assert.equal(left.failure, null);
  assert.ok(left.durable.durableBytes > 0 && left.durable.durableBytes < big.length);
  assert.equal(writer.closed, 1);
  const goesOn = await slow.resume('image', { sizeBytes: null, ...left.durable });
  await goesOn.append([big.subarray(left.durable.durableBytes)]);
  await goesOn.commit();
  for (const store of [quick, slow]) assert.ok((await readAll(store, 'image')).equals(big));
});

test('writes nothing more into a store whose bytes are to be removed', async (t) => {
  const bench = await openBench(t);
  const [kept, canceled] = await beginIn([await bench.store(), await bench.store()], 'image');
  assert.ok(kept && canceled);
  const writer = new WatchedWriter(canceled.writer, () => undefined);
  const road = await openRoad(roadOptions([kept, { ...canceled, writer }]), bench);
  await road.write(randomBytes(MiB));
  await road.detach(canceled.storeId, { isKept: false });
  await road.write(randomBytes(MiB));
  await road.close();
  assert.equal(writer.calls.includes('flush'), false);
  assert.equal(writer.closed, 1);
});

test('does not take the last store off the road', async (t) => {
  const bench = await openBench(t);
  const stores = [await bench.store(), await bench.store()];
  const road = await openRoad(roadOptions(await beginIn(stores, 'image')), bench);
  await road.detach('store-0');
  await assert.rejects(road.detach('store-1'), /last sink/);
  await assert.rejects(road.detach('store-0'), /no sink/);
  await road.close();
});

test('flushes no writer twice beyond what was told, and tells it once more at the end', async (t) => {
  const bench = await openBench(t);
  const [opened] = await beginIn([await bench.store()], 'image');
  assert.ok(opened);
  const writer = new WatchedWriter(opened.writer, () => undefined);
  const told: number[] = [];
  const onDurable = async ({ durableBytes }: { durableBytes: number }) => {
    told.push(durableBytes);
    if (told.length === 2) throw new Error('no database');
  };
  const road = await openRoad(roadOptions([{ ...opened, writer }], { onDurable }), bench);
  await road.write(bytes.subarray(0, 100));
  await road.flush();
  await road.write(bytes.subarray(100, 200));
  const flushing = assert.rejects(road.flush(), /no database/);
  await road.write(bytes.subarray(200, 300));
  await flushing;
  assert.deepEqual(await road.close(), { durableBytes: 200 });
  assert.deepEqual(told, [100, 200, 200]);
  assert.equal(writer.calls.filter((call) => call === 'flush').length, 2);
});

test('a store is not run on while another one that must succeed holds the offset back', async (t) => {
  const bench = await openBench(t);
  const [good, bad] = await beginIn([await bench.store(), await bench.store()], 'image');
  assert.ok(good && bad);
  const writer = new WatchedWriter(good.writer, () => undefined);
  let flushes = 0;
  const failing = new WatchedWriter(bad.writer, (call) => {
    if (call === 'flush' && (flushes += 1) === 2) throw new Error('the disk is gone');
  });
  const sinks = [
    { ...good, writer },
    { ...bad, writer: failing },
  ];
  const road = await openRoad(roadOptions(sinks), bench);
  await road.write(bytes.subarray(0, 100));
  await road.flush();
  await road.write(bytes.subarray(100, 200));
  const flushing = assert.rejects(road.flush(), /the disk is gone/);
  await road.write(bytes.subarray(200, 300));
  await flushing;
  assert.deepEqual(await road.close(), { durableBytes: 100 });
  assert.equal(writer.calls.filter((call) => call === 'flush').length, 2);
});

test('a running hash goes on only from bytes that were told', async (t) => {
  const bench = await openBench(t);
  const store = await bench.store();
  let isAway = false;
  const onDurable = async () => {
    if (isAway) throw new Error('no database');
  };
  const options = { hashSession: 'upload', onDurable };
  const road = await openRoad(roadOptions(await beginIn([store], 'image'), options), bench);
  await road.write(bytes.subarray(0, 100));
  await road.flush();
  isAway = true;
  await road.write(bytes.subarray(100, 200));
  await road.close();
  isAway = false;
  // As if another process had taken these 100 bytes, which need not be the same.
  const goOn = async (startOffset: number) => {
    const resuming = { sizeBytes: null, durableBytes: startOffset, resumeState: null };
    const writer = await store.resume('image', resuming);
    const writers = [{ storeId: store.id, writer }];
    const next = await openRoad(roadOptions(writers, { ...options, startOffset }), bench);
    await next.write(bytes.subarray(startOffset, 300));
    const { digests } = await next.finish();
    await next.close();
    return digests;
  };
  assert.equal((await goOn(200)).sha512, null);
});

test('memory that a failed writer was given is never given to another road', async (t) => {
  const bench = await openBench(t, { slots: { slotLimit: 2 } });
  const [opened] = await beginIn([await bench.store()], 'slow');
  assert.ok(opened);
  let given: readonly Uint8Array[] = [];
  const writer = Object.assign(new WatchedWriter(opened.writer, () => undefined), {
    append: async (chunks: readonly Uint8Array[]) => {
      given = chunks;
      throw new Error('given up, and perhaps not ended');
    },
  });
  const road = await openRoad(roadOptions([{ ...opened, writer }]), bench);
  const block = randomBytes(MiB);
  await assert.rejects(async () => {
    for (;;) await road.write(block);
  }, /given up/);
  await road.close();
  const next = await openRoad(roadOptions(await beginIn([await bench.store()], 'next')), bench);
  for (const chunk of chunksOf(bytes, MiB)) await next.write(chunk);
  await next.finish();
  await next.close();
  assert.ok(given[0] !== undefined && Buffer.from(given[0]).equals(block.subarray(0, given[0].byteLength)));
});
