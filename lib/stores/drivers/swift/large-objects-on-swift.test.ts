import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { MiB } from '#lib/contract/limits.ts';
import { startSwift } from '#e2e/servers/swift.ts';
import {
  assertFault,
  assertSameBytes,
  collect,
  marker,
  patternBytes,
  put,
  readAll,
} from '../../conformance/place.ts';
import { guardStore } from '../../guarded-store.ts';
import type { DurablePoint } from '../../store.ts';
import { openSwiftPlace, quickRetry, type TestAccount } from './test-place.ts';

const started = process.env['STOWAGE_TEST_SWIFT'] ? null : await startSwift();
const reason = started === null || started.ok ? false : started.reason;
const server = started?.ok ? started.server : null;
const url = process.env['STOWAGE_TEST_SWIFT'] ?? server?.authUrl ?? '';
const tester: TestAccount = { auth_url: url, username: 'test:tester', password: 'testing' };

/** Manifests of four segments of 1 MiB: what takes 16 GB otherwise happens here within 5 MiB. */
const few = { ...quickRetry, manifestSegments: 4 };

async function openBench(tuning = quickRetry) {
  const place = await openSwiftPlace(tester, {}, tuning);
  const reopen = async () => guardStore(await place.open(), { firstBackoffMilliseconds: 1 });
  const store = await reopen();
  await store.writeMarker(marker('store'));
  const { container } = place.options;
  const segments = `${container}_segments`;
  const head = async (where: string, name: string) => (await place.behind.head(where, name)) ?? {};
  const names = async () =>
    (await place.names()).filter((name) => name !== `${container}/.stowage-store.json`);
  return { place, store, reopen, container, segments, head, names };
}

describe('large objects on Swift', { skip: reason }, () => {
  after(() => server?.remove());

  test('writes an image of more segments than a manifest holds, goes on within a gathered one, removes all', async () => {
    const { store, reopen, container, segments, head, names } = await openBench(few);
    const bytes = patternBytes(11 * MiB + 77, 1);
    let writer = await store.begin('image-1', { sizeBytes: null });
    const points: DurablePoint[] = [];
    for (let offset = 0; offset < 6 * MiB; offset += 700_000) {
      await writer.append([bytes.subarray(offset, Math.min(6 * MiB, offset + 700_000))]);
      points.push(await writer.flush());
    }
    await writer.close();
    const gathered = (await names()).filter((name) => name.endsWith('.slo'));
    assert.ok(gathered.length > 0, 'full manifests have been gathered');
    // Of several stores the slowest says where to go on: inside of what this one has gathered.
    const point = points.at(-1);
    const again = await reopen();
    writer = await again.resume('image-1', {
      durableBytes: 2 * MiB + 345_678,
      resumeState: point?.resumeState ?? null,
      sizeBytes: null,
    });
    assert.equal(writer.position, 2 * MiB + 345_678);
    await writer.append([bytes.subarray(writer.position)]);
    const { resumeState } = await writer.flush();
    assert.ok((resumeState?.length ?? 0) < 1000, 'the state stays small');
    await writer.commit();
    assertSameBytes(await readAll(again, 'image-1'), bytes);
    assert.match((await head(container, 'image-1'))['x-static-large-object'] ?? '', /true/i);
    assert.ok((await names()).every((name) => !name.endsWith('/begun')));
    for (const name of await names()) {
      const [where = '', ...rest] = name.split('/');
      assert.equal((await head(where, rest.join('/')))['x-delete-at'], undefined, `${name} stays`);
    }
    await again.clone(again, { sourceKey: 'image-1', key: 'image-2', sizeBytes: bytes.length, from: null });
    await again.remove('image-1');
    assertSameBytes(await readAll(again, 'image-2'), bytes, 'the copy needs nothing of its source');
    await again.remove('image-2');
    assert.deepEqual(await names(), [], `nothing is left in ${container} and ${segments}`);
  });

  test('lets segments expire until the manifest stands, and renews what is gone on with late', async () => {
    const { store, place, reopen, segments, head } = await openBench();
    const writer = await store.begin('image-1', { sizeBytes: null });
    await writer.append([patternBytes(2 * MiB + 5, 1)]);
    const point = await writer.flush();
    await writer.close();
    const listed = await place.behind.segmentsOf('image-1');
    assert.equal(listed.length, 4, 'two segments, a short one, the mark of the beginning');
    const now = Date.now() / 1000;
    const days = async (name: string) => (Number((await head(segments, name))['x-delete-at']) - now) / 86_400;
    for (const { name } of listed) {
      assert.ok((await days(name)) > 25, name);
      const headers = { 'x-delete-after': '864000' };
      await place.behind.client.send({ method: 'POST', path: [segments, name], headers, expect: [202] });
    }
    const later = await (await reopen()).resume('image-1', { ...point, sizeBytes: null });
    for (const { name } of listed) assert.ok((await days(name)) > 25, `${name} was renewed`);
    await later.commit();
    assertSameBytes(await readAll(store, 'image-1'), patternBytes(2 * MiB + 5, 1));
  });

  test('names what was changed or removed behind its back, and serves none of it', async () => {
    const { store, place, segments } = await openBench();
    const bytes = patternBytes(3 * MiB + 9, 2);
    await put(store, 'image-1', bytes);
    const names = (await place.behind.segmentsOf('image-1')).map(({ name }) => name);
    assert.equal(names.length, 4);
    const change = (name: string, body: Buffer) =>
      place.behind.client.send({ method: 'PUT', path: [segments, name], body, expect: [201] });
    const received: Uint8Array[] = [];
    const read = async () => {
      received.length = 0;
      for await (const chunk of store.read('image-1', { offset: 0, length: bytes.length }))
        received.push(chunk);
    };
    await change(names[2] ?? '', patternBytes(1 * MiB, 99));
    await assertFault('corrupt', read);
    const got = Buffer.concat(received);
    assertSameBytes(got, bytes.subarray(0, got.length), 'what came before the damage');
    await change(names[2] ?? '', bytes.subarray(2 * MiB, 3 * MiB));
    await read();
    await change(names[3] ?? '', bytes.subarray(3 * MiB, 3 * MiB + 5));
    await assertFault('corrupt', read);
    await place.behind.delete(segments, names[0] ?? '');
    await assertFault('corrupt', read);
    await store.remove('image-1');
    assert.deepEqual(await collect(store.list()), []);
  });

  test('never mixes the bytes of an object with those of one that replaced it while it was read', async () => {
    // One request after the other, of 16 MiB each.
    const place = await openSwiftPlace(tester, { parallel_segments: 1 });
    const store = guardStore(await place.open());
    await store.writeMarker(marker('store'));
    const bytes = patternBytes(20 * MiB, 4);
    await put(store, 'image-1', bytes);
    const path = [place.options.container, 'image-1'];
    const body = Buffer.alloc(bytes.length, 7);
    const replace = () => place.behind.client.send({ method: 'PUT', path, body, expect: [201] });
    const received: Uint8Array[] = [];
    await assertFault('corrupt', async () => {
      for await (const chunk of store.read('image-1', { offset: 0, length: bytes.length })) {
        if (received.length === 0) await replace();
        received.push(chunk);
      }
    });
    const got = Buffer.concat(received);
    assertSameBytes(got, bytes.subarray(0, got.length), 'what came before');
    await store.close();
    await place.remove();
  });

  test('publishes nothing when a segment was changed before the commit', async () => {
    const { store, place, segments } = await openBench();
    const writer = await store.begin('image-1', { sizeBytes: null });
    await writer.append([patternBytes(2 * MiB, 1)]);
    await writer.flush();
    const [first] = await place.behind.segmentsOf('image-1');
    const path = [segments, first?.name ?? ''];
    await place.behind.client.send({ method: 'PUT', path, body: Buffer.from('other'), expect: [201] });
    await assertFault('corrupt', () => writer.commit());
    await assertFault('not-found', () => store.stat('image-1'));
    await writer.abandon();
    assert.deepEqual(await collect(store.list()), []);
  });

  test('reads, copies and removes images that Glance has stored as dynamic large objects', async () => {
    const { store, place, container, names } = await openBench();
    const bytes = patternBytes(2 * MiB + 100, 3);
    const { client } = place.behind;
    const send = (name: string, body: Buffer, headers = {}) =>
      client.send({ method: 'PUT', path: [container, name], body, headers, expect: [201] });
    await send('glance-image-00001', bytes.subarray(0, 1 * MiB));
    await send('glance-image-00002', bytes.subarray(1 * MiB, 2 * MiB));
    await send('glance-image-00003', bytes.subarray(2 * MiB));
    await send('glance-image', Buffer.alloc(0), { 'x-object-manifest': `${container}/glance-image-` });
    assert.equal((await store.stat('glance-image')).sizeBytes, bytes.length);
    assertSameBytes(await readAll(store, 'glance-image'), bytes);
    const listed = (await collect(store.list())).find(({ key }) => key === 'glance-image');
    assert.equal(listed?.sizeBytes, bytes.length);
    await store.clone(store, { sourceKey: 'glance-image', key: 'copy', sizeBytes: bytes.length, from: null });
    await store.remove('glance-image');
    assertSameBytes(await readAll(store, 'copy'), bytes);
    await store.remove('copy');
    assert.deepEqual(await names(), []);
  });

  test('finishes a removal that was cut off', async () => {
    const { store, place, container, names } = await openBench();
    await put(store, 'image-1', patternBytes(3 * MiB, 1));
    await place.behind.delete(container, 'image-1');
    assert.deepEqual(
      (await collect(store.list())).map(({ key, unfinished }) => ({ key, unfinished })),
      [{ key: 'image-1', unfinished: true }],
    );
    await assertFault('not-found', () => store.remove('image-1'));
    assert.deepEqual(await names(), []);
  });

  test('says when a quota is used up, and how much of it is free', async () => {
    const { store, place, container, segments } = await openBench();
    const headers = { 'x-container-meta-quota-bytes': String(700_000) };
    await place.behind.client.send({ method: 'POST', path: [segments], headers, expect: [204] });
    const capacity = await store.capacity();
    assert.equal(capacity?.totalBytes, 700_000);
    const writer = await store.begin('image-1', { sizeBytes: null });
    await assertFault('full', async () => {
      await writer.append([patternBytes(1 * MiB, 1)]);
      await writer.flush();
    });
    await writer.abandon();
    assert.deepEqual(await collect(store.list()), [], container);
  });

  test('says what is wrong with credentials, rights and containers, and how to mend it', async () => {
    const { store, place, container, segments } = await openBench();
    const at = (account: TestAccount, more = {}) => openSwiftPlace(account, { container, ...more });
    const told = async (account: TestAccount, more = {}) => {
      const driver = await (await at(account, more)).open();
      const failing = guardStore(driver, { firstBackoffMilliseconds: 1, attempts: 1 });
      try {
        const found = await failing.readMarker();
        if (found === null) await failing.writeMarker(marker('store'));
        else await failing.begin('image-1', { sizeBytes: null });
      } catch (error) {
        const { kind, message, remedy } = error as { kind: string; message: string; remedy: string | null };
        assert.doesNotMatch(`${message} ${remedy}`, /testing|wrong-password|127\.0\.0\.1/);
        return { kind, message, remedy };
      } finally {
        await failing.close();
      }
      return assert.fail('it went well');
    };
    const wrong = await told({ ...tester, password: 'wrong-password' });
    assert.equal(wrong.kind, 'refused');
    assert.match(`${wrong.message} ${wrong.remedy}`, /credentials are not accepted.*Correct the user/);
    const nowhere = await told({
      ...tester,
      auth_url: url.replace(/\/auth.*/, '/healthcheck'),
      auth_version: 1,
    });
    assert.match(nowhere.remedy ?? '', /auth_url/);
    const reader: TestAccount = { ...tester, username: 'test:reader', password: 'reading' };
    assert.match((await told(reader)).remedy ?? '', /role|ACL/);
    for (const where of [container, segments]) {
      const headers = { 'x-container-read': 'test:reader' };
      await place.behind.client.send({ method: 'POST', path: [where], headers, expect: [204] });
    }
    const readOnly = await told(reader);
    assert.equal(readOnly.kind, 'refused');
    assert.match(readOnly.remedy ?? '', /read and write/);
    const missing = await told(tester, { container: 'not-there', create_container: false });
    assert.match(`${missing.message} ${missing.remedy}`, /"not-there" does not exist.*create_container/);
    await store.close();
  });
});
