/** Imports of the Images API on a real database and real directories, with the worker that copies. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode, type ErrorCode } from '#lib/contract/errors.ts';
import { MiB, uploadExpirySeconds } from '#lib/contract/limits.ts';
import { listTasksOfImage } from '#lib/db/repositories/tasks.ts';
import { listOpenTransfersOfImage, listTransfersOfImage } from '#lib/db/repositories/transfers.ts';
import { findUploadsOfImage } from '#lib/db/repositories/uploads.ts';
import { deleteImage } from '../images/delete.ts';
import {
  administrator,
  contextOf,
  findBroken,
  locationsOf,
  openPlace,
  openProcess,
  storedBytes,
  transferIn,
  type StoreWish,
} from '#lib/transfers/test-support.ts';
import { getTask } from '../tasks/get.ts';
import { listTasksOfImage as listTasksAsSeen } from '../tasks/list-of-image.ts';
import { cancelTransfer } from '../transfers/cancel.ts';
import { pauseTransfer } from '../transfers/pause.ts';
import { resumeTransfer } from '../transfers/resume.ts';
import { retryTransfer } from '../transfers/retry.ts';
import { sweepUploads } from '../uploads/expire.ts';
import { importByCopy } from './copy-image.ts';
import { actThrough } from './test-support.ts';

const full: NonNullable<StoreWish['plan']> = ({ name }) =>
  name.includes('append') ? { kind: 'fail', error: Object.assign(new Error('x'), { code: 'ENOSPC' }) } : null;
const refused = (...codes: ErrorCode[]) => ({
  name: 'StowageError',
  message: /./,
  code: new RegExp(`^(${codes.join('|')})$`),
});

async function open(t: TestContext, stores: StoreWish[], now?: () => number) {
  const place = await openPlace(t, stores);
  const process = await openProcess(place, { now });
  process.runtime.worker.start();
  return { place, process, runtime: process.runtime, ...actThrough(t, process) };
}

const hash = (bytes: Uint8Array) => createHash('sha512').update(bytes).digest('hex');

test('bytes that are imported into the store where they were staged are written once and read never', async (t) => {
  const { place, process, ctx, create, stage, image, ended, start, read } = await open(t, [{ id: 'fast' }]);
  const { id } = await create();
  const bytes = randomBytes(3 * MiB);
  await stage(id, bytes);
  const staged = await image(id);
  assert.deepEqual([staged.status, staged.size_bytes, staged.sha512], ['uploading', bytes.length, null]);
  const before = (await locationsOf(process, id)).get('fast');
  await assert.rejects(stage(id, bytes), refused('wrong_state'));
  await start(id, ['fast']);
  const active = await image(id);
  assert.deepEqual(
    [active.status, active.sha512, active.md5, active.failed_import],
    ['active', hash(bytes), createHash('md5').update(bytes).digest('hex'), []],
  );
  const after = (await locationsOf(process, id)).get('fast');
  assert.equal(after?.object_key, before?.object_key);
  assert.equal(after?.upload_id, null);
  assert.equal(place.bytesRead.get('fast') ?? 0, 0);
  const task = await ended(id);
  assert.deepEqual(
    [task.status, task.request_id, task.type, task.image_id, task.owner_id],
    ['success', ctx.requestId, 'api_image_import', id, 'blue'],
  );
  assert.deepEqual(task.input['backend'], ['fast']);
  assert.deepEqual(await findUploadsOfImage(read, id), []);
  assert.deepEqual(await findBroken(place, process, [{ id, bytes, sha512: hash(bytes) }]), []);
});

test('an import into several stores reads what was staged once, and leaves nothing of it behind', async (t) => {
  const { place, process, create, stage, image, ended, start } = await open(
    t,
    ['fast', 'a', 'b', 'c'].map((id) => ({ id, clones: false })),
  );
  const { id } = await create();
  const bytes = randomBytes(5 * MiB + 3);
  await stage(id, bytes);
  await start(id, ['a', 'b', 'c']);
  assert.equal((await ended(id)).status, 'success');
  assert.equal((await image(id)).status, 'active');
  assert.equal(place.bytesRead.get('fast'), bytes.length);
  assert.deepEqual(await findBroken(place, process, [{ id, bytes, sha512: hash(bytes) }]), []);
  const locations = await locationsOf(process, id);
  assert.deepEqual([...locations.keys()].toSorted(), ['a', 'b', 'c']);
  for (const location of locations.values()) {
    assert.equal(location.state, 'active');
    assert.ok((await storedBytes(place, location)).equals(bytes));
  }
});

test('when all stores must succeed and one fails, the image is queued and what was staged can be imported again', async (t) => {
  const { place, process, create, stage, image, ended, start, read } = await open(t, [
    { id: 'fast' },
    { id: 'a' },
    { id: 'full', clones: false, plan: full },
  ]);
  const { id } = await create();
  const bytes = randomBytes(MiB);
  await stage(id, bytes);
  await start(id, ['fast', 'a', 'full']);
  assert.equal((await image(id)).status, 'importing');
  await assert.rejects(start(id, ['fast']), { code: 'conflict', message: /Image has active task/ });
  const task = await ended(id);
  assert.equal(task.status, 'failure');
  assert.match(task.message, /full: .*space|full: .*full/i);
  const failed = await image(id);
  assert.deepEqual(
    [failed.status, failed.size_bytes, failed.sha512, failed.failed_import],
    ['queued', null, null, ['full']],
  );
  await process.runtime.reconciler.runOnce();
  assert.deepEqual([...(await locationsOf(process, id)).keys()], ['fast']);
  for (const transfer of await listTransfersOfImage(read, id, 10)) {
    assert.equal(transfer.target_store === 'a' || transfer.state === 'canceled', true);
    await assert.rejects(retryTransfer(contextOf(process.runtime, administrator), transfer.id), {
      code: 'wrong_state',
    });
  }
  await start(id, ['fast', 'a']);
  assert.equal((await ended(id)).status, 'success');
  const active = await image(id);
  assert.deepEqual([active.status, active.sha512, active.failed_import], ['active', hash(bytes), []]);
  assert.deepEqual(await findBroken(place, process, [{ id, bytes, sha512: hash(bytes) }]), []);
});

test('after a failed import other bytes can be uploaded, and the staged ones go', async (t) => {
  const { place, process, create, stage, put, image, ended, start } = await open(t, [
    { id: 'fast' },
    { id: 'full', clones: false, plan: full },
  ]);
  const { id } = await create();
  await stage(id, randomBytes(MiB));
  await start(id, ['full'], false);
  assert.equal((await ended(id)).status, 'failure');
  assert.equal((await image(id)).status, 'queued');
  const bytes = randomBytes(70_000);
  await put(id, bytes);
  assert.deepEqual([(await image(id)).status, (await image(id)).sha512], ['active', hash(bytes)]);
  assert.deepEqual(await findBroken(place, process, [{ id, bytes, sha512: hash(bytes) }]), []);
});

test('when some stores may fail, the first that succeeds makes the image active', async (t) => {
  const { place, process, create, stage, image, ended, start } = await open(t, [
    { id: 'fast' },
    { id: 'a' },
    { id: 'full', clones: false, plan: full },
  ]);
  const { id } = await create();
  const bytes = randomBytes(MiB);
  await stage(id, bytes);
  await start(id, ['a', 'full'], false);
  const task = await ended(id);
  assert.deepEqual([task.status, /full/.test(task.message)], ['success', true]);
  const active = await image(id);
  assert.deepEqual([active.status, active.failed_import], ['active', ['full']]);
  assert.deepEqual(await findBroken(place, process, [{ id, bytes, sha512: hash(bytes) }]), []);
  assert.deepEqual(
    [...(await locationsOf(process, id)).values()]
      .filter(({ state }) => state === 'active')
      .map((row) => row.store_id),
    ['a'],
  );
});

test('a task says that its import waits for a copy that somebody has paused', async (t) => {
  const process = await openProcess(await openPlace(t, [{ id: 'fast' }, { id: 'a' }]));
  const { runtime } = process;
  const { ctx, create, stage, image, start } = actThrough(t, process);
  const { id } = await create();
  await stage(id, randomBytes(100_000));
  await start(id, ['a']);
  const operator = contextOf(runtime, administrator);
  const [transfer] = await listOpenTransfersOfImage(runtime.db.read, id);
  const task = async () => (await listTasksAsSeen(ctx, id))[0];
  assert.equal((await task())?.message, '');
  await pauseTransfer(operator, transfer?.id ?? '');
  const waiting = await task();
  assert.equal(waiting?.status, 'processing');
  assert.match(
    waiting?.message ?? '',
    /^Paused by an administrator: the copy to a\. The import goes on when/,
  );
  assert.equal(
    (await getTask({ runtime, actor: operator.actor }, waiting?.id ?? '')).message,
    waiting?.message,
  );
  assert.equal((await image(id)).status, 'importing');
  await resumeTransfer(operator, transfer?.id ?? '');
  assert.equal((await task())?.message, '');
  await pauseTransfer(operator, transfer?.id ?? '');
  await cancelTransfer(operator, transfer?.id ?? '');
  assert.deepEqual([(await task())?.status, (await image(id)).status], ['failure', 'queued']);
});

test('a copy by import has a task, and a second one at the same time is refused', async (t) => {
  const { ctx, create, put, image, ended, runtime } = await open(t, [
    { id: 'fast' },
    { id: 'a', clones: false },
    { id: 'full', clones: false, plan: full },
  ]);
  const admin = contextOf(runtime, administrator);
  const { id } = await create();
  await put(id, randomBytes(MiB));
  const copy = { allStoresMustSucceed: false, body: {} };
  await assert.rejects(importByCopy(ctx, id, { ...copy, stores: ['a'] }), refused('forbidden'));
  await importByCopy(admin, id, { ...copy, stores: ['a', 'full'] });
  await assert.rejects(importByCopy(admin, id, { ...copy, stores: ['full'] }), refused('conflict'));
  const first = await ended(id);
  assert.deepEqual([first.status, first.request_id], ['success', admin.requestId]);
  assert.deepEqual([(await image(id)).status, (await image(id)).failed_import], ['active', ['full']]);
  await importByCopy(admin, id, { stores: ['full'], allStoresMustSucceed: true, body: {} });
  assert.equal((await ended(id)).status, 'failure');
  assert.equal((await image(id)).status, 'active');
  await importByCopy(admin, id, { ...copy, stores: 'all' });
  await assert.rejects(importByCopy(admin, id, { ...copy, stores: ['nowhere'] }), (error) =>
    hasCode(error, 'conflict'),
  );
});

test('a copy of an earlier import that is tried again does not end the import that runs now', async (t) => {
  let isFull = true;
  const slow = Promise.withResolvers<void>();
  const place = await openPlace(t, [
    { id: 'fast' },
    { id: 'a', clones: false },
    { id: 'full', clones: false, plan: (call, random) => (isFull ? full(call, random) : null) },
  ]);
  const process = await openProcess(place, {
    hooks: {
      at: (step, held) => (held.row.target_store === 'a' && step === 'opened' ? slow.promise : undefined),
    },
  });
  process.runtime.worker.start();
  const { create, put, ended, read } = actThrough(t, process);
  const admin = contextOf(process.runtime, administrator);
  const copy = { allStoresMustSucceed: false, body: {} };
  const { id } = await create();
  await put(id, randomBytes(MiB));
  await importByCopy(admin, id, { ...copy, stores: ['full'] });
  assert.equal((await ended(id)).status, 'failure');
  isFull = false;
  await importByCopy(admin, id, { ...copy, stores: ['a'] });
  const [, failed] = await listTransfersOfImage(read, id, 2);
  await retryTransfer(admin, failed?.id ?? '');
  await transferIn(process, failed?.id ?? '', ['done']);
  const [task] = await listTasksOfImage(read, id, 1);
  assert.equal(task?.status, 'processing');
  slow.resolve();
  assert.equal((await ended(id)).status, 'success');
});

test('staged bytes that nobody imports expire, and the image is queued again', async (t) => {
  let clock = Date.now();
  const { place, process, create, stage, image, start, runtime } = await open(
    t,
    [{ id: 'fast' }],
    () => clock,
  );
  const { id } = await create();
  await stage(id, randomBytes(1000));
  clock += (uploadExpirySeconds - 60) * 1000;
  assert.equal((await sweepUploads(runtime)).expired, 0);
  clock += 120_000;
  assert.equal((await sweepUploads(runtime)).expired, 1);
  assert.equal((await image(id)).status, 'queued');
  await assert.rejects(start(id, ['fast']), { code: 'wrong_state', message: /needs to be staged/ });
  assert.deepEqual(await findBroken(place, process, []), []);
});

test('an image that is deleted while it is imported takes all its bytes along', async (t) => {
  const { place, process, ctx, create, stage, start, read } = await open(t, [
    { id: 'fast' },
    { id: 'a', clones: false },
  ]);
  const { id } = await create();
  await stage(id, randomBytes(MiB));
  await start(id, ['a']);
  await deleteImage(ctx, id);
  const [task] = await listTasksOfImage(read, id, 1);
  // It may have been done before.
  assert.ok(task !== undefined && ['failure', 'success'].includes(task.status));
  for (let round = 0; round < 3; round += 1) await process.runtime.reconciler.runOnce();
  await delay(300);
  assert.deepEqual(await findBroken(place, process, []), []);
});
