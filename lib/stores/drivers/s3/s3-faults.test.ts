import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { PutBucketPolicyCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { startCeph, type TestCeph } from '#e2e/servers/ceph.ts';
import { noFaults, startFaultProxy, type FaultProxy, type SeenRequest } from '#e2e/support/fault-proxy.ts';
import { MiB } from '#lib/contract/limits.ts';
import { testBadNetwork } from '../../conformance/bad-network.ts';
import {
  assertFault,
  assertSameBytes,
  collect,
  patternBytes,
  put,
  readAll,
} from '../../conformance/place.ts';
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

  testBadNetwork({
    proxy: () => proxy,
    open: async () => new S3Store('store', options, quickRetries),
    assertEmpty: () => assertOnly(),
    sizeBytes: bytes.length,
    durableBytes: 5 * MiB + 10,
    requests: { least: 16, most: 59 },
    everyNth: 2,
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

  test('copies in one request, whose lost answer is looked for, and which is not repeated when it came through', async () => {
    proxy.plan(noFaults);
    await put(store, 'source', bytes);
    const isCopy = ({ headers }: SeenRequest) => 'x-amz-copy-source' in headers;
    const request = { sourceKey: 'source', key: 'copy', sizeBytes: bytes.length, from: null };
    for (const kind of ['lost-answer', 'reset'] as const) {
      let met = false;
      proxy.plan((seen) => (isCopy(seen) && !met ? ((met = true), { kind }) : null));
      await store.clone(store, request);
      assert.equal(proxy.seen.filter(isCopy).length, kind === 'reset' ? 2 : 1, kind);
      assert.ok(!proxy.seen.some(({ url }) => /uploadId=|uploads$/.test(url) && !url.includes('prefix')));
      assertSameBytes(await readAll(store, 'copy'), bytes);
      await store.remove('copy');
    }
    proxy.plan(noFaults);
    await store.remove('source');
    await assertOnly();
  });

  test('removes a copy that was called off while the endpoint was at it, however late it comes about', async () => {
    proxy.plan(noFaults);
    await put(store, 'source', bytes);
    const isCopy = ({ headers }: SeenRequest) => 'x-amz-copy-source' in headers;
    const stopping = new AbortController();
    proxy.plan((seen) => (isCopy(seen) ? { kind: 'latency', milliseconds: 2_500 } : null));
    const request = { sourceKey: 'source', key: 'copy', sizeBytes: bytes.length, from: null };
    setTimeout(() => stopping.abort(), 200);
    await assertFault('aborted', () => store.clone(store, { ...request, signal: stopping.signal }));
    await assertFault('unavailable', () => store.discard('copy', null));
    await assertFault('unavailable', () => store.remove('copy'));
    await assertFault('unavailable', () => store.clone(store, request));
    await sleep(2_000);
    await store.discard('copy', null);
    await store.remove('copy');
    await store.remove('source');
    await assertOnly();
  });

  test('serves nothing of an answer with other bytes than those that were asked for', async () => {
    proxy.plan(noFaults);
    const big = patternBytes(20 * MiB, 6);
    await put(store, 'cached', big);
    const statement = {
      Effect: 'Allow',
      Principal: '*',
      Action: ['s3:GetObject'],
      Resource: [`arn:aws:s3:::${options.bucket}/*`],
    };
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await bucket.connection.call({}, (s3, send) =>
      s3.send(new PutBucketPolicyCommand({ Bucket: options.bucket, Policy: policy }), send),
    );
    proxy.plan(({ headers }) => ('range' in headers ? { kind: 'no-range' } : null));
    await assertFault('failed', () => readAll(store, 'cached', { offset: 5, length: 100 }));
    await assertFault('failed', () => readAll(store, 'cached', { offset: 0, length: 100 }));
    assert.ok(proxy.faults >= 2);
    proxy.plan(noFaults);
    assertSameBytes(await readAll(store, 'cached'), big);
    await store.remove('cached');
    await assertOnly();
  });

  test('waits as long as the server asks for', async () => {
    proxy.plan(({ index }) => (index === 0 ? { kind: 'status', status: 503, retryAfterSeconds: 1 } : null));
    const startedAt = performance.now();
    assert.equal((await store.readMarker())?.token, marker.token);
    assert.ok(performance.now() - startedAt >= 1000);
  });

  test('asks again later when the endpoint wants fewer requests, and says so when that does not help', async () => {
    const body = '<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>';
    proxy.plan(({ index }) => (index < 2 ? { kind: 'status', status: 503, body } : null));
    assert.equal((await store.readMarker())?.token, marker.token);
    assert.deepEqual([proxy.faults, proxy.seen.length], [2, 3]);
    proxy.plan(() => ({ kind: 'status', status: 503, body }));
    await assert.rejects(store.readMarker(), (error: unknown) => {
      assert.ok(isStoreFault(error, 'unavailable'), String(error));
      assert.match(error.message, /cannot answer at the moment \(SlowDown\)/);
      assert.match(error.remedy ?? '', /the store comes back by itself/);
      return true;
    });
    assert.ok(proxy.faults > 2);
    proxy.plan(noFaults);
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

  test('lists whatever names others have given', async () => {
    proxy.plan(noFaults);
    const names = ['a b+c%41', 'control\u0001\u001f', 'ümläut/ß&<>"', '\u{1f600}'];
    for (const name of names) await bucket.putPlain(name, Buffer.from('foreign'));
    const listed = await collect(store.list());
    assert.deepEqual(listed.map(({ key }) => key).sort(), names.toSorted());
    for (const name of names) await bucket.remove(name);
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

  /** An upload of which only the first point was recorded, although parts 2, 3 and 5 of it lie there as well. */
  async function leaveStrays(large: GuardedStore, key: string, sizeBytes: number | null) {
    const writer = await large.begin(key, { sizeBytes });
    const points: DurablePoint[] = [];
    for (const [from, to] of [
      [0, 5],
      [5, 11],
      [11, 16],
    ] as const) {
      await writer.append([strayed.subarray(from * MiB, to * MiB)]);
      points.push(await writer.flush());
    }
    await writer.close();
    const [point, , last] = points;
    assert.ok(point && last);
    const { upload } = JSON.parse(last.resumeState ?? '') as { upload: string };
    const part = { UploadId: upload, PartNumber: 5, Body: strayed.subarray(21 * MiB, 28 * MiB) };
    await bucket.connection.call({}, (s3, send) =>
      s3.send(new UploadPartCommand({ Bucket: options.bucket, Key: options.prefix + key, ...part }), send),
    );
    return point;
  }
  const strayed = patternBytes(29 * MiB + 3, 7);
  const openLarge = () =>
    guardStore(new S3Store('store', { ...options, part_size_mib: 16 }, quickRetries), {
      firstBackoffMilliseconds: 5,
    });

  test('uses the number of each part again that nobody recorded, streaming and copying', async () => {
    proxy.plan(noFaults);
    const large = openLarge();
    const sizeBytes = strayed.length;
    const point = await leaveStrays(large, 'streamed', null);
    const writer = await large.resume('streamed', { ...point, sizeBytes });
    await writer.append([strayed.subarray(point.durableBytes)]);
    await writer.commit();
    assertSameBytes(await readAll(large, 'streamed'), strayed);
    const from = await leaveStrays(large, 'copied', sizeBytes);
    await large.clone(large, { sourceKey: 'streamed', key: 'copied', sizeBytes, from });
    assertSameBytes(await readAll(large, 'copied'), strayed);
    await large.remove('streamed');
    await large.remove('copied');
    await large.close();
    await assertOnly();
  });

  test('gives up an upload that the endpoint will not make an object of, so that it is begun again', async () => {
    proxy.plan(noFaults);
    const large = openLarge();
    const point = await leaveStrays(large, 'shorter', null);
    const writer = await large.resume('shorter', { ...point, sizeBytes: null });
    await writer.append([strayed.subarray(0, 1 * MiB)]);
    await assertFault('short-read', () => writer.commit());
    await writer.close();
    await assertFault('not-found', () => large.resume('shorter', { ...point, sizeBytes: null }));
    await large.close();
    await assertOnly();
  });
});
