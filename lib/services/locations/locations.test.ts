/** Objects that others put into a store, made the bytes of an image. */
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { findImage } from '#lib/db/repositories/images.ts';
import { listTasksOfImage } from '#lib/db/repositories/tasks.ts';
import {
  administrator,
  contextOf,
  findBroken,
  locationsOf,
  openPlace,
  openProcess,
  tenant,
  transferIn,
} from '#lib/transfers/test-support.ts';
import { createTestImage } from '../images/test-support.ts';
import { deleteImage } from '../images/delete.ts';
import { startCopies } from '../transfers/start-copies.ts';
import { addLocation } from './add.ts';
import { changeLocations } from './change.ts';
import { listLocations } from './list.ts';
import { removeLocation } from './remove.ts';

async function open(t: TestContext) {
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'archive' }]);
  const process = await openProcess(place);
  const { runtime } = process;
  const stores = runtime.stores
    .list()
    .map(({ definition }) => ({ ...definition, options: { path: join(place.directory, definition.id) } }));
  Object.assign(runtime.config, {
    stores,
    defaultStore: 'fast',
    stagingStore: 'fast',
    show: { locations: true, directUrl: false },
  });
  Object.assign(runtime, { deferredMd5: { add: () => undefined } });
  runtime.worker.start();
  const ctx = contextOf(runtime, { ...tenant, roles: ['member', 'reader', 'service'] });
  const { read } = runtime.db;
  const create = (diskFormat: string | null = 'raw') => createTestImage(ctx, { diskFormat });
  const lay = async (bytes: Buffer) => {
    const key = `foreign-${randomUUID()}`;
    const file = join(place.directory, 'archive', key);
    await writeFile(file, bytes);
    return { key, file, url: `file://${file}`, sha512: createHash('sha512').update(bytes).digest('hex') };
  };
  const ended = async (id: string) => {
    for (let attempt = 0; attempt < 1000; attempt += 1) {
      const [task] = await listTasksOfImage(read, id, 1);
      if (task?.expires_at != null) return task;
      await delay(20);
    }
    throw new Error('the task has not ended');
  };
  const add = (imageId: string, url: string, sha512: string | null = null) =>
    addLocation(ctx, { imageId, url, sha512, body: { url } });
  const image = async (id: string) => await findImage(read, id);
  return { place, process, runtime, ctx, create, lay, ended, add, image };
}

test('an object in a store becomes an image, and its hashes follow', async (t) => {
  const { place, process, ctx, create, lay, ended, add, image } = await open(t);
  const { id } = await create();
  const bytes = randomBytes(200_000);
  const { url, key, sha512 } = await lay(bytes);
  await add(id, url);
  assert.deepEqual([(await image(id))?.status, (await image(id))?.size_bytes], ['active', bytes.length]);
  const task = await ended(id);
  assert.deepEqual([task.status, task.type, task.request_id], ['success', 'location_import', ctx.requestId]);
  assert.doesNotMatch(JSON.stringify(task.input), /file:/);
  const active = await image(id);
  assert.deepEqual([active?.sha512, active?.md5], [sha512, createHash('md5').update(bytes).digest('hex')]);
  assert.notEqual((await locationsOf(process, id)).get('archive')?.verified_at, null);
  assert.deepEqual(await listLocations(ctx, id), [{ url, metadata: { store: 'archive' } }]);
  assert.deepEqual(await findBroken(place, process, [{ id, bytes, sha512 }]), []);
  await assert.rejects(add((await create()).id, url), { code: 'conflict' });
  await deleteImage(ctx, id);
  await process.runtime.reconciler.runOnce();
  await assert.rejects(readFile(join(place.directory, 'archive', key)), { code: 'ENOENT' });
});

test('with a hash the image is active only once the object is proved to have it', async (t) => {
  const { create, lay, ended, add, image } = await open(t);
  const right = await create();
  const bytes = randomBytes(100_000);
  const { url, sha512 } = await lay(bytes);
  await add(right.id, url, sha512);
  assert.equal((await ended(right.id)).status, 'success');
  assert.deepEqual([(await image(right.id))?.status, (await image(right.id))?.sha512], ['active', sha512]);

  const wrong = await create();
  const other = await lay(bytes);
  await add(wrong.id, other.url, 'ab'.repeat(64));
  const task = await ended(wrong.id);
  assert.equal(task.status, 'failure');
  assert.match(task.message, /not what the image was/);
  const queued = await image(wrong.id);
  assert.deepEqual([queued?.status, queued?.size_bytes, queued?.sha512], ['queued', null, null]);
  assert.ok((await readFile(other.file)).equals(bytes), 'what others put there stays');
  await add(wrong.id, other.url, sha512);
  assert.equal((await ended(wrong.id)).status, 'success');
});

test('a hash of another kind proves the object as well, and the image has that of images', async (t) => {
  const { ctx, create, lay, ended, image } = await open(t);
  const bytes = randomBytes(100_000);
  for (const algorithm of ['md5', 'sha1', 'sha256'] as const) {
    const { id } = await create();
    const { url, sha512 } = await lay(bytes);
    const value = createHash(algorithm).update(bytes).digest('hex');
    const wrong = { algorithm, value: value.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) };
    await addLocation(ctx, { imageId: id, url, sha512: null, otherHash: wrong, body: {} });
    assert.equal((await ended(id)).status, 'failure', algorithm);
    assert.deepEqual([(await image(id))?.status, (await image(id))?.sha512], ['queued', null]);
    await addLocation(ctx, { imageId: id, url, sha512: null, otherHash: { algorithm, value }, body: {} });
    assert.equal((await ended(id)).status, 'success', algorithm);
    assert.deepEqual([(await image(id))?.status, (await image(id))?.sha512], ['active', sha512]);
  }
});

test('what no store owns, what is not there and what is no image is refused', async (t) => {
  const { runtime, ctx, create, lay, add, image } = await open(t);
  const { id } = await create();
  const bytes = randomBytes(1000);
  const { url, file } = await lay(bytes);
  for (const foreign of [
    'file:///etc/passwd',
    `${url}/../x`,
    url.replace('foreign-', '.'),
    'rbd://a/b/c/d',
    'https://example.org/x',
  ]) {
    await assert.rejects(add(id, foreign), { code: 'bad_request' }, foreign);
  }
  await assert.rejects(add(id, `${url}x`), { code: 'bad_request', message: /no such object/ });
  await assert.rejects(add((await create(null)).id, url), { code: 'conflict', message: /disk_format/ });
  const plain = contextOf(runtime, tenant);
  await assert.rejects(addLocation(plain, { imageId: id, url, sha512: null, body: {} }), {
    code: 'forbidden',
  });
  await assert.rejects(listLocations(plain, id), { code: 'forbidden' });
  const stranger = contextOf(runtime, { ...tenant, projectId: 'red' });
  await assert.rejects(listLocations(stranger, id), { code: 'not_found' });
  const qcow2 = await create('qcow2');
  await assert.rejects(add(qcow2.id, url), { code: 'format_mismatch' });
  for (const each of [id, qcow2.id]) assert.equal((await image(each))?.status, 'queued');
  await add(id, url);
  await assert.rejects(add(id, url), { code: 'wrong_state' });
  assert.ok((await readFile(file)).equals(bytes));
  assert.equal((await listLocations(contextOf(runtime, administrator), id)).length, 1);
  assert.equal(ctx.actor.projectId, 'blue');
});

test('an object that several images are given at once belongs to one of them, and the others are told', async (t) => {
  const { create, lay, add, image, ended } = await open(t);
  for (let round = 0; round < 3; round += 1) {
    const { url } = await lay(randomBytes(1000));
    const ids = (await Promise.all(Array.from({ length: 4 }, () => create()))).map(({ id }) => id);
    const outcomes = await Promise.allSettled(ids.map((id) => add(id, url)));
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    assert.deepEqual(
      refused.map(({ code, message }) => `${code}: ${message}`),
      Array.from({ length: 3 }, () => 'conflict: That object belongs to an image already.'),
    );
    const statuses = await Promise.all(ids.map(async (id) => (await image(id))?.status));
    assert.deepEqual(statuses.toSorted(), ['active', 'queued', 'queued', 'queued']);
    await ended(ids[statuses.indexOf('active')] ?? '');
  }
});

test('by the attribute a queued image takes a location, and one with several gives some up', async (t) => {
  const { process, runtime, ctx, create, lay, ended } = await open(t);
  const { id } = await create();
  const { url, sha512 } = await lay(randomBytes(1000));
  const given = { url, sha512, body: {} };
  const add = { kind: 'add', locations: [given] } as const;
  Object.assign(runtime.config, { show: { locations: false, directUrl: false } });
  await assert.rejects(changeLocations(ctx, id, add), { code: 'forbidden', message: /invisible/ });
  Object.assign(runtime.config, { show: { locations: true, directUrl: false } });
  const replace = (...locations: (typeof given)[]) =>
    changeLocations(ctx, id, { kind: 'replace', locations });
  await assert.rejects(replace(), { code: 'forbidden', message: /empty list/ });
  await assert.rejects(replace(given, given), { code: 'bad_request', message: /one location first/ });
  await replace(given);
  await ended(id);
  await replace(given);
  await assert.rejects(replace(), { code: 'bad_request', message: /not empty/ });
  await assert.rejects(replace({ ...given, url: `${url}x` }), { code: 'bad_request', message: /not empty/ });
  await assert.rejects(changeLocations(ctx, id, add), {
    code: 'conflict',
    message: /present at store 'archive'/,
  });
  const admin = contextOf(runtime, administrator);
  const remove = (who: typeof ctx, ...places: (number | 'last')[]) =>
    changeLocations(who, id, { kind: 'remove', places });
  await assert.rejects(remove(ctx, 0), { code: 'forbidden' });
  await assert.rejects(remove(admin, 0), { code: 'last_location' });
  const [copy] = await startCopies(admin, { imageId: id, stores: ['fast'] });
  await transferIn(process, copy?.id ?? '', ['done']);
  await assert.rejects(remove(admin, 2), { code: 'bad_request' });
  await assert.rejects(remove(admin, 1, 0), { code: 'last_location' }, 'both or none');
  assert.equal((await locationsOf(process, id)).size, 2);
  // In the order of the stores.
  const [, second] = runtime.config.stores;
  await remove(admin, 'last');
  assert.deepEqual(
    [...(await locationsOf(process, id)).keys()],
    ['fast', 'archive'].filter((store) => store !== second?.id),
  );
});

test('an active image takes further locations, each of which has to prove that it is the same', async (t) => {
  const { place, process, runtime, ctx, create, lay, ended } = await open(t);
  const bytes = randomBytes(50_000);
  const first = await lay(bytes);
  const { id } = await create();
  await addLocation(ctx, { imageId: id, url: first.url, sha512: first.sha512, body: {} });
  await ended(id);
  const inFast = async (content: Buffer) => {
    const file = join(place.directory, 'fast', `foreign-${randomUUID()}`);
    await writeFile(file, content);
    return `file://${file}`;
  };
  const add = (url: string, sha512: string | null = null) =>
    changeLocations(ctx, id, { kind: 'add', locations: [{ url, sha512, body: {} }] });
  const settled = async () => {
    for (let attempt = 0; attempt < 1000; attempt += 1) {
      const location = (await locationsOf(process, id)).get('fast');
      if (location === undefined || location.verified_at !== null || location.state !== 'active')
        return location;
      await delay(20);
    }
    return undefined;
  };
  await assert.rejects(add(await inFast(randomBytes(49_999))), {
    code: 'bad_request',
    message: /49999 bytes/,
  });
  const wrong = await inFast(randomBytes(50_000));
  await assert.rejects(add(wrong, 'ab'.repeat(64)), { code: 'conflict' });
  const stranger = contextOf(runtime, {
    ...tenant,
    projectId: 'red',
    roles: ['member', 'reader', 'service'],
  });
  const asStranger = changeLocations(stranger, id, {
    kind: 'add',
    locations: [{ url: wrong, sha512: null, body: {} }],
  });
  await assert.rejects(asStranger, { code: 'not_found' });
  await add(wrong);
  assert.equal((await settled())?.state, 'corrupt');
  await removeLocation(contextOf(runtime, administrator), { imageId: id, storeId: 'fast' });
  await add(await inFast(bytes));
  assert.equal((await settled())?.state, 'active');
  assert.equal((await listLocations(ctx, id)).length, 2);
  assert.deepEqual(await findBroken(place, process, [{ id, bytes, sha512: first.sha512 }]), []);
});
