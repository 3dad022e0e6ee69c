/** Uploads and the room that they need: quotas, and stores in which their parts can wait. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { findImage } from '#lib/db/repositories/images.ts';
import { findUpload } from '#lib/db/repositories/uploads.ts';
import { locationsOf } from '#lib/transfers/test-support.ts';
import type { Process, StoreWish } from '#lib/transfers/test-support.ts';
import { appendToUpload } from './append.ts';
import { recountAll } from '../quotas/recount.ts';
import { showUsage } from '../quotas/show-usage.ts';
import { declareLength } from './declare-length.ts';
import { leaveOutStore } from './leave-out-store.ts';
import { removeUpload } from './remove.ts';
import { openUploads, openUploadsIn } from './test-stage.ts';

test('the quota of a store counts what uploads were promised', async (t) => {
  const { begin } = await openUploads(t, [{ id: 'fast', quotaBytes: 1000 }]);
  await begin(600);
  await assert.rejects(begin(600), { code: 'store_full' });
  await begin(400);
});

test('an upload of unknown length stops at the quota of its store', async (t) => {
  const { db, begin, append } = await openUploads(t, [{ id: 'fast', quotaBytes: 1000 }]);
  const upload = await begin(null);
  await append(upload.id, 0, randomBytes(600));
  await assert.rejects(append(upload.id, 600, randomBytes(600)), { code: 'store_full' });
  assert.equal((await findUpload(db.read, upload.id))?.offset_bytes, 600);
  await append(upload.id, 600, randomBytes(400));
});

test('of two uploads of unknown length that share the last room of a quota one is stopped', async (t) => {
  const { db, ctx, begin, append } = await openUploads(t, [{ id: 'fast', quotaBytes: 1000 }]);
  const [first, second] = [await begin(null), await begin(null)];
  let running: Promise<unknown> | undefined;
  const { promise: piece, resolve: send } = Promise.withResolvers<Uint8Array[] | null>();
  const batches = [piece];
  const opened = new Promise<void>((resolve) => {
    const next = () => (resolve(), batches.shift() ?? Promise.resolve(null));
    running = appendToUpload(ctx, { uploadId: first.id, offset: 0, next });
  });
  await opened;
  await append(second.id, 0, randomBytes(600));
  send([randomBytes(600)]);
  await assert.rejects(async () => await running, { code: 'store_full' });
  assert.equal((await findUpload(db.read, first.id))?.offset_bytes, 0);
});

const whole: StoreWish = { id: 'whole', appends: false };

async function storesWhenSettled(process: Process, imageId: string): Promise<string[]> {
  process.runtime.worker.start();
  process.runtime.reconciler.start();
  for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
    const locations = await locationsOf(process, imageId);
    const isSettled = [...locations.values()].every(({ state }) => state === 'active');
    if (isSettled && locations.has('whole') && !locations.has('waiting')) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return [...(await locationsOf(process, imageId)).keys()].toSorted();
}

test('parts for a store that cannot append wait in the staging store and move on', async (t) => {
  const { process, db, begin, append } = await openUploads(t, [{ id: 'fast' }, { id: 'waiting' }, whole]);
  const bytes = randomBytes(3000);
  const upload = await begin(3000, { stores: 'whole' });
  await append(upload.id, 0, bytes.subarray(0, 1000));
  assert.deepEqual([...(await locationsOf(process, upload.image_id)).keys()], ['waiting']);
  await append(upload.id, 1000, bytes.subarray(1000));
  assert.equal((await findImage(db.read, upload.image_id))?.status, 'active');
  assert.deepEqual(await storesWhenSettled(process, upload.image_id), ['whole']);
  const [location] = (await locationsOf(process, upload.image_id)).values();
  assert.ok(location?.verified_at);
});

test('parts wait in a store that was asked for as well, and stay there', async (t) => {
  const { process, begin, append } = await openUploads(t, [{ id: 'fast' }, { id: 'waiting' }, whole]);
  const upload = await begin(1000, { stores: 'whole,fast' });
  await append(upload.id, 0, randomBytes(1000));
  assert.deepEqual(await storesWhenSettled(process, upload.image_id), ['fast', 'whole']);
});

test('what is to go on to other stores is charged as the bytes come, however long they will be', async (t) => {
  const wishes = [{ id: 'fast' }, { id: 'archive' }, { id: 'waiting' }, whole];
  const { process, ctx, db, begin, append } = await openUploads(t, wishes);
  Object.assign(process.runtime.config.limits.project, { size: 2500 });
  const used = async () => {
    const { figures } = await showUsage(ctx);
    return figures.find(({ name, store }) => name === 'image_size_total' && store === null)?.used;
  };
  const upload = await begin(null, { stores: 'whole' });
  await append(upload.id, 0, randomBytes(1000));
  assert.equal(await used(), 2000);
  await assert.rejects(append(upload.id, 1000, randomBytes(300)), {
    code: 'quota_exceeded',
    message: /2000 of 2500 bytes are used, and 600 more were asked for/,
  });
  assert.equal((await findUpload(db.read, upload.id))?.offset_bytes, 1000);
  await append(upload.id, 1000, randomBytes(200));
  await declareLength(ctx, { uploadId: upload.id, lengthBytes: 1200 });
  await append(upload.id, 1200, new Uint8Array());
  assert.equal((await findImage(db.read, upload.image_id))?.status, 'active');
  assert.equal(await used(), 2400);
  assert.deepEqual(await storesWhenSettled(process, upload.image_id), ['whole']);
  assert.equal(await used(), 1200);

  // Also when it was promised to a store that is left out.
  const other = await begin(null, { stores: 'archive,fast,whole' });
  await append(other.id, 0, randomBytes(400));
  assert.equal(await used(), 2400);
  await leaveOutStore(ctx, { uploadId: other.id, storeId: 'archive' });
  assert.equal(await used(), 2000);
  await assert.rejects(append(other.id, 400, randomBytes(251)), { code: 'quota_exceeded' });
  await append(other.id, 400, randomBytes(250));
  assert.equal(await used(), 2500);
  await removeUpload(ctx, other.id);
  assert.equal(await used(), 1200);
  assert.equal(await recountAll(process.runtime), 0);
});

test('without a store in which parts can wait the upload is refused, and nothing was begun', async (t) => {
  const { process, begin } = await openUploads(t, [whole]);
  Object.assign(process.runtime.config, { stagingStore: '' });
  await assert.rejects(begin(1000, { stores: 'whole' }), { code: 'store_unavailable' });
});

test('an upload goes on without a store that the configuration does not name any more, where it may', async (t) => {
  const wishes = [{ id: 'fast' }, { id: 'old', quotaBytes: 5000 }];
  const { place, process, begin, append } = await openUploads(t, wishes);
  const both = { stores: 'fast,old' };
  const uploads = [
    await begin(null, { ...both, all_stores_must_succeed: 'false' }),
    await begin(null, both),
    await begin(null, { stores: 'old' }),
  ];
  for (const { id } of uploads) await append(id, 0, randomBytes(1000));
  await process.close();
  place.stores = [{ id: 'fast' }];
  const later = await openUploadsIn(place);
  const [lenient, strict, only] = uploads;
  assert.ok(lenient && strict && only);

  await declareLength(later.ctx, { uploadId: lenient.id, lengthBytes: 2000 });
  await later.append(lenient.id, 1000, randomBytes(1000));
  assert.equal((await findImage(later.db.read, lenient.image_id))?.status, 'active');

  const gone = { code: 'store_unavailable', message: 'The store "old" is not configured any more.' };
  await assert.rejects(later.append(strict.id, 1000, randomBytes(1000)), {
    ...gone,
    remedy: new RegExp(`DELETE /api/v1/uploads/${strict.id}/stores/old`),
  });
  await leaveOutStore(later.ctx, { uploadId: strict.id, storeId: 'old' });
  assert.equal((await later.append(strict.id, 1000, randomBytes(500))).offset, 1500);

  await assert.rejects(later.append(only.id, 1000, randomBytes(1000)), gone);
  assert.equal((await findUpload(later.db.read, only.id))?.offset_bytes, 1000);
});
