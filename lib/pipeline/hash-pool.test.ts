import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { MiB, pieceSizeBytes } from '#lib/contract/limits.ts';
import { HashFeed } from './hash-feed.ts';
import { hashObject } from './hash-object.ts';
import { openRoad } from './road.ts';
import { beginIn, chunksOf, digestsOf, imageBytes, openBench, roadOptions } from './test-support.ts';

test('many sessions share the threads and do not mix', async (t) => {
  const bench = await openBench(t, { hashes: { threads: 2 } });
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      const bytes = imageBytes(Math.floor(Math.random() * 3 * MiB));
      const feed = new HashFeed(bench, { hashes: ['md5', 'sha512'], position: 0 });
      for (const chunk of chunksOf(bytes, 70_001)) await feed.write(chunk);
      assert.deepEqual(await feed.digests(), digestsOf(bytes));
      await feed.close();
    }),
  );
});

test('hashes zeros as zeros, without reading any', async (t) => {
  const bench = await openBench(t);
  const size = pieceSizeBytes + 5 * MiB + 3;
  const feed = new HashFeed(bench, { hashes: ['md5', 'sha512'], position: 0 });
  await feed.write({ zeros: 3 });
  await feed.write({ zeros: size - 3 });
  assert.deepEqual(await feed.digests(), digestsOf(Buffer.alloc(size)));
  await feed.close();
});

test('answers null for what a dying thread had, and hashes again with a new one', async (t) => {
  const deaths: unknown[] = [];
  const bench = await openBench(t, { hashes: { threads: 2, onThreadDeath: (error) => deaths.push(error) } });
  const store = await bench.store();
  const bytes = imageBytes(20 * MiB);
  const writers = await beginIn([store], 'image');
  const road = await openRoad(roadOptions(writers), bench);
  let sent = 0;
  for (const chunk of chunksOf(bytes, MiB)) {
    await road.write(chunk);
    sent += 1;
    if (sent === 7) await bench.hashPool.threads[0]?.worker?.terminate();
  }
  const { digests } = await road.finish();
  for (const { writer } of writers) await writer.commit();
  await road.close();
  const expected = digestsOf(bytes);
  assert.equal(deaths.length, 1);
  assert.ok(digests.md5 === null || digests.sha512 === null, 'one of them lived in the thread that died');
  for (const hash of ['md5', 'sha512'] as const) assert.ok([null, expected[hash]].includes(digests[hash]));
  const again = await hashObject(bench, store, 'image', {
    sizeBytes: bytes.length,
    hashes: ['md5', 'sha512'],
  });
  assert.deepEqual(again, expected);
});

test('reads back once more when a thread dies during the reading', async (t) => {
  const bench = await openBench(t, { hashes: { threads: 2 } });
  const store = await bench.store();
  const bytes = imageBytes(20 * MiB);
  const [opened] = await beginIn([store], 'image');
  await opened?.writer.append([bytes]);
  await opened?.writer.commit();
  let killed = false;
  const digests = await hashObject(bench, store, 'image', {
    sizeBytes: bytes.length,
    hashes: ['sha512'],
    onProgress: () => {
      if (killed) return;
      killed = true;
      for (const thread of bench.hashPool.threads) void thread.worker?.terminate();
    },
  });
  assert.deepEqual(digests, { ...digestsOf(bytes), md5: null });
});

test('keeps at most so many sessions, and those that are idle not for ever', async (t) => {
  const bench = await openBench(t, { hashes: { sessionLimit: 3 } });
  for (let index = 0; index < 5; index += 1) {
    bench.hashPool.suspend(
      bench.hashPool.openSession({ id: `upload-${index}`, hashes: ['sha512'], position: 0 }),
    );
  }
  assert.equal(bench.hashPool.keptSessions, 3);
  bench.hashPool.forget('upload-4');
  assert.equal(bench.hashPool.keptSessions, 2);
  const short = await openBench(t, { hashes: { idleMilliseconds: 20 } });
  short.hashPool.suspend(short.hashPool.openSession({ id: 'upload', hashes: [], position: 0 }));
  await new Promise((resolve) => setTimeout(resolve, 80));
  assert.equal(short.hashPool.keptSessions, 0);
});

test('goes back to the state of the last two durable points only', async (t) => {
  const bench = await openBench(t);
  const bytes = randomBytes(4 * MiB);
  const slot = await bench.slots.openShare().take();
  const session = bench.hashPool.openSession({ id: 'upload', hashes: ['sha512'], position: 0 });
  for (let index = 0; index < 4; index += 1) {
    slot.bytes.set(bytes.subarray(index * MiB, (index + 1) * MiB));
    session.update(slot, MiB);
    session.remember();
    await session.digests();
  }
  assert.equal(session.rewind(MiB), false);
  assert.equal(session.rewind(3 * MiB), true);
  assert.equal((await session.digests()).sha512, digestsOf(bytes.subarray(0, 3 * MiB)).sha512);
  slot.owner?.close(new Error('over'));
  slot.release();
  bench.hashPool.suspend(session);
});
