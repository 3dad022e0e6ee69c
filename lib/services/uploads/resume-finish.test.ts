import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { open as openFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { leaseSeconds, pieceSizeBytes } from '#lib/contract/limits.ts';
import { findImage } from '#lib/db/repositories/images.ts';
import { findUpload } from '#lib/db/repositories/uploads.ts';
import { Tenure, thisMoment } from '#lib/stores/fenced-writer.ts';
import { StoreFault } from '#lib/stores/store.ts';
import { locationsOf, type StoreWish } from '#lib/transfers/test-support.ts';
import { appendToUpload } from './append.ts';
import { sweepUploads } from './expire.ts';
import { resumeFinish } from './resume-finish.ts';
import { openUploads } from './test-stage.ts';

test('a store that cannot publish for a while loses nothing of an upload, though none has to succeed', async (t) => {
  let isAway = false;
  const plan: StoreWish['plan'] = ({ name }) =>
    isAway && name === 'commit'
      ? { kind: 'fail', error: new StoreFault('unavailable', 'fast', 'no answer') }
      : null;
  const { process, db, begin, append } = await openUploads(t, [{ id: 'fast', plan }]);
  const upload = await begin(5000, { all_stores_must_succeed: 'false' });
  await append(upload.id, 0, randomBytes(1000));
  isAway = true;
  await assert.rejects(append(upload.id, 1000, randomBytes(4000)), { code: 'store_unavailable' });
  assert.equal((await sweepUploads(process.runtime)).finished, 0);
  assert.equal((await findUpload(db.read, upload.id))?.offset_bytes, 5000);
  isAway = false;
  assert.equal((await sweepUploads(process.runtime)).finished, 1);
  assert.equal((await findImage(db.read, upload.image_id))?.status, 'active');
});

test('whoever finishes an upload and is away for longer than its lease publishes nothing', async (t) => {
  let isBroken = true;
  const plan: StoreWish['plan'] = ({ name }) =>
    isBroken && name === 'commit'
      ? { kind: 'fail', error: new StoreFault('failed', 'fast', 'killed here') }
      : null;
  const { place, process, ctx, db, begin, append } = await openUploads(t, [{ id: 'fast', plan }]);
  const upload = await begin(5000);
  await assert.rejects(append(upload.id, 0, randomBytes(5000)));
  isBroken = false;
  const held = await findUpload(db.read, upload.id);
  assert.ok(held);
  const longAgo = new Tenure({ ...thisMoment(), monotonic: performance.now() - 2 * leaseSeconds * 1000 });
  await assert.rejects(resumeFinish(ctx, held, longAgo), { code: 'lease_lost' });
  const { object_key: key } = (await locationsOf(process, upload.image_id)).get('fast') ?? { object_key: '' };
  const names = await readdir(path.join(place.directory, 'fast'));
  assert.deepEqual(
    names.filter((name) => name.includes(upload.image_id)),
    [`.${key}.part`],
  );
});

test('an empty upload that was begun and not ended is finished', async (t) => {
  let isDead = true;
  const plan: StoreWish['plan'] = ({ name }) =>
    isDead && name === 'commit'
      ? { kind: 'fail', error: new StoreFault('failed', 'fast', 'killed here') }
      : null;
  const { process, db, begin, append } = await openUploads(t, [{ id: 'fast', plan }]);
  const upload = await begin(0);
  await assert.rejects(append(upload.id, 0, new Uint8Array()));
  isDead = false;
  assert.equal((await sweepUploads(process.runtime)).finished, 1);
  assert.equal((await findImage(db.read, upload.image_id))?.status, 'active');
});

/** A first piece of zeros, then its running hash is lost and a store changes a byte of it. */
async function spoilFirstPiece(t: TestContext, stores: string) {
  const scene = await openUploads(t, [{ id: 'fast' }, { id: 'archive' }]);
  const upload = await scene.begin(pieceSizeBytes + 1000, { stores });
  const batches = [[{ zeros: pieceSizeBytes }]];
  const next = async () => batches.shift() ?? null;
  await appendToUpload(scene.ctx, { uploadId: upload.id, offset: 0, next });
  scene.process.runtime.hashPool.forget(upload.id);
  const key = (await locationsOf(scene.process, upload.image_id)).get('archive')?.object_key ?? '';
  const file = await openFile(path.join(scene.place.directory, 'archive', `.${key}.part`), 'r+');
  await file.write('x', 4711);
  await file.close();
  return { ...scene, upload };
}

test('bytes that a store has changed since they came never become an image', async (t) => {
  const { db, upload, append } = await spoilFirstPiece(t, 'archive');
  await assert.rejects(append(upload.id, pieceSizeBytes, randomBytes(1000)), {
    code: 'checksum_mismatch',
    message: /not what arrived/,
  });
  assert.equal((await findImage(db.read, upload.image_id))?.status, 'queued');
});

test('a store that has changed bytes since they came is filled anew from one that has not', async (t) => {
  const { process, db, upload, append } = await spoilFirstPiece(t, 'archive,fast');
  await append(upload.id, pieceSizeBytes, randomBytes(1000));
  assert.equal((await findImage(db.read, upload.image_id))?.status, 'active');
  const locations = await locationsOf(process, upload.image_id);
  assert.equal(locations.get('fast')?.state, 'active');
  assert.notEqual(locations.get('archive')?.transfer_id, null);
});
