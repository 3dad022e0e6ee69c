import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCeph, type TestCeph } from '#e2e/servers/ceph.ts';
import { noFaults, startFaultProxy, type FaultProxy, type NetworkFault } from '#e2e/support/fault-proxy.ts';
import { MiB } from '#lib/contract/limits.ts';
import { assertFault, assertSameBytes, collect, patternBytes, readAll } from '../../conformance/place.ts';
import { guardStore } from '../../guarded-store.ts';
import { isStoreFault, type DurablePoint, type GuardedStore } from '../../store.ts';
import type { S3Options } from './options.ts';
import { S3Bucket } from './s3-bucket.ts';
import { S3Connection } from './s3-connection.ts';
import { S3Store } from './s3-store.ts';
import { quickRetries, testOptions } from './testing.ts';

const started = await startCeph();
const bytes = patternBytes(5 * MiB + 70_001, 1);
const marker = { storeId: 'store', token: 'a-token', createdAt: '2026-01-01T00:00:00.000Z' };

describe('the S3 driver through a bad network', { skip: started.ok ? false : started.reason }, () => {
  let ceph: TestCeph;
  let proxy: FaultProxy;
  let options: S3Options;
  let store: GuardedStore;
  /** The bucket without the proxy. */
  let bucket: S3Bucket;

  before(async () => {
    if (!started.ok) return;
    ceph = started.ceph;
    proxy = await startFaultProxy(ceph.radosgw.endpoint);
    options = testOptions({ ...ceph.radosgw, endpoint: proxy.url });
    store = open();
    await store.writeMarker(marker);
    bucket = new S3Bucket(new S3Connection('direct', { ...options, endpoint: ceph.radosgw.endpoint }));
  });
  after(async () => {
    await store?.close();
    await proxy?.close();
    await ceph?.remove();
  });

  const open = () => guardStore(new S3Store('store', options, quickRetries), { firstBackoffMilliseconds: 5 });

  /** Nothing in the bucket but the marker and these. */
  async function assertOnly(...names: string[]): Promise<void> {
    const found = (await collect(bucket.list('')))
      .map(({ name }) => name)
      .filter((name) => name !== bucket.markerName);
    assert.deepEqual(found.sort(), names.sort(), 'objects');
    assert.deepEqual(await collect(bucket.listUploads('')), [], 'open uploads');
  }

  /** Begins, makes a point durable, goes on as another process would, publishes, reads, copies, lists, removes. */
  async function live(key: string): Promise<void> {
    const first = await store.begin(key, { sizeBytes: bytes.length });
    await first.append([bytes.subarray(0, 5 * MiB + 10)]);
    const point = await first.flush();
    await first.close();
    const second = await store.resume(key, { ...point, sizeBytes: bytes.length });
    await second.append([bytes.subarray(second.position)]);
    await second.commit();
    assertSameBytes(await readAll(store, key), bytes);
    await store.clone(store, { sourceKey: key, key: `${key}-copy`, sizeBytes: bytes.length, from: null });
    assert.equal((await collect(store.list())).length, 2);
    await store.remove(key);
    await store.remove(`${key}-copy`);
  }

  let requests = 0;
  test('counts what it asks for', async () => {
    proxy.plan(noFaults);
    await live('plain');
    requests = proxy.seen.length;
    assert.ok(requests > 15 && requests < 60, `${requests} requests`);
    await assertOnly();
  });

  const statuses = [500, 503, 429] as const;
  const faults: Record<string, (index: number) => NetworkFault> = {
    'says 500, 503 or 429': (index) => ({ kind: 'status', status: statuses[index % 3] ?? 500 }),
    'is reset': () => ({ kind: 'reset' }),
    'does what it is asked and its answer is lost': () => ({ kind: 'lost-answer' }),
    'is cut in the middle of its answer': () => ({ kind: 'cut', of: 'response', atByte: 40 }),
    'ends its answer early': () => ({ kind: 'half-close', atByte: 40 }),
    'comes twice': () => ({ kind: 'duplicate' }),
    'is cut in the middle': () => ({ kind: 'cut', of: 'request', atByte: 1000 }),
    'has another byte when it arrives': () => ({ kind: 'corrupt', of: 'request', atByte: 9 }),
  };
  // Every request meets one of them each time, by chance which; every kind with FAULTS=all (some minutes).
  const isWhole = process.env['FAULTS'] === 'all';
  const kinds = Object.entries(faults);
  const shift = Math.floor(Math.random() * kinds.length);
  for (const [position, [what, fault]] of kinds.entries()) {
    test(`comes to the same end when any one request ${what}`, async (context) => {
      context.diagnostic(`shift ${shift}`);
      for (let index = 0; index < requests; index++) {
        if (!isWhole && (index + shift) % kinds.length !== position) continue;
        proxy.plan((request) => (request.index === index ? fault(index) : null));
        try {
          await live(`life-${index}`);
        } catch (error) {
          const { method, url } = proxy.seen[index] ?? {};
          throw new Error(`request ${index}: ${method} ${url}`, { cause: error });
        }
        proxy.plan(noFaults);
        await assertOnly();
      }
    });
  }

  test('never publishes other bytes, and leaves nothing when it gives up in the worst of networks', async (context) => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    context.diagnostic(`seed ${seed}`);
    let state = seed;
    const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    let published = 0;
    for (let round = 0; round < 8; round++) {
      const key = `storm-${round}`;
      proxy.plan(({ index }) =>
        random() < 0.25 ? (kinds[Math.floor(random() * kinds.length)]?.[1](index) ?? null) : null,
      );
      const isPublished = await store
        .begin(key, { sizeBytes: bytes.length })
        .then(async (writer) => {
          await writer.append([bytes]);
          await writer.commit();
          return true;
        })
        .catch(() => false);
      proxy.plan(noFaults);
      if (isPublished) published += 1;
      await store.discard(key, null);
      const stat = await store.stat(key).catch((error: unknown) => {
        assert.ok(isStoreFault(error, 'not-found'), String(error));
        return null;
      });
      if (isPublished || stat !== null) {
        assertSameBytes(await readAll(store, key), bytes, `round ${round}, seed ${seed}`);
        await store.remove(key);
      }
      await assertOnly();
    }
    context.diagnostic(`${published} of 8 came through`);
  });

  test('copies inside the endpoint without a byte of it coming here', async () => {
    proxy.plan(noFaults);
    const writer = await store.begin('source', { sizeBytes: bytes.length });
    await writer.append([bytes]);
    await writer.commit();
    proxy.plan(noFaults);
    const request = { sourceKey: 'source', key: 'copy', sizeBytes: bytes.length, from: null };
    await store.clone(store, request);
    const read = proxy.seen.filter(
      ({ method, url }) => method === 'GET' && /\/(source|copy)(\?|$)/.test(url),
    );
    assert.deepEqual(
      read.filter(({ url }) => !url.includes('uploadId')),
      [],
    );
    assert.ok(proxy.sentBytes < 10_000 && proxy.receivedBytes < 10_000, 'only words went to and fro');
    assertSameBytes(await readAll(store, 'copy'), bytes);
    await store.remove('source');
    await store.remove('copy');
    await assertOnly();
  });

  test('waits as long as the server asks for', async () => {
    proxy.plan(({ index }) => (index === 0 ? { kind: 'status', status: 503, retryAfterSeconds: 1 } : null));
    const startedAt = performance.now();
    assert.equal((await store.readMarker())?.token, marker.token);
    assert.ok(performance.now() - startedAt >= 1000);
  });

  test('says that an object was replaced while it was read, and serves nothing of it', async () => {
    proxy.plan(noFaults);
    const big = patternBytes(20 * MiB, 5);
    const writer = await store.begin('replaced', { sizeBytes: big.length });
    await writer.append([big]);
    await writer.commit();
    let received = 0;
    // One request after the other: those that run already have the old bytes, which are right.
    const single = guardStore(new S3Store('store', { ...options, parallel_parts: 1 }, quickRetries));
    await assertFault('corrupt', async () => {
      for await (const chunk of single.read('replaced', { offset: 0, length: big.length })) {
        assertSameBytes(chunk, big.subarray(received, received + chunk.length));
        if (received === 0) await bucket.putPlain('replaced', Buffer.alloc(big.length, 7));
        received += chunk.length;
      }
    });
    await single.close();
    await bucket.putPlain('replaced', Buffer.alloc(1000));
    await assertFault('short-read', () => readAll(store, 'replaced', { offset: 0, length: big.length }));
    await bucket.remove('replaced');
    await assertFault('not-found', () => readAll(store, 'replaced', { offset: 0, length: big.length }));
    await assertOnly();
  });

  test('goes on from the point before the last, whose record never came about', async () => {
    proxy.plan(noFaults);
    const writer = await store.begin('twice', { sizeBytes: null });
    const points: DurablePoint[] = [];
    for (const [from, to] of [
      [0, 1000],
      [1000, 2000],
      [2000, 6_000_000 - 1000],
    ] as const) {
      await writer.append([bytes.subarray(from, Math.min(to, bytes.length))]);
      points.push(await writer.flush());
    }
    await writer.close();
    const [, before, last] = points;
    assert.ok(before && last);
    const again = await open().resume('twice', {
      durableBytes: before.durableBytes,
      resumeState: last.resumeState,
      sizeBytes: null,
    });
    assert.equal(again.position, 2000);
    await again.append([bytes.subarray(2000)]);
    await again.commit();
    assertSameBytes(await readAll(store, 'twice'), bytes);
    await store.remove('twice');
    await assertOnly();
  });
});
