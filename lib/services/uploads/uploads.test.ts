import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { link, readdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { openPolicy } from '#lib/auth/policy-set.ts';
import { uploadExpirySeconds } from '#lib/contract/limits.ts';
import { findImage } from '#lib/db/repositories/images.ts';
import { updateLocation } from '#lib/db/repositories/locations.ts';
import { findUpload, updateUpload } from '#lib/db/repositories/uploads.ts';
import { administrator, contextOf, locationsOf, openProcess, tenant } from '#lib/transfers/test-support.ts';
import type { StoreWish } from '#lib/transfers/test-support.ts';
import { StoreFault } from '#lib/stores/store.ts';
import { appendToUpload } from './append.ts';
import { createUpload } from './create.ts';
import { createTestImage } from '../images/test-support.ts';
import { deleteImage } from '../images/delete.ts';
import { sweepUploads } from './expire.ts';
import { listUploads, showUpload } from './get.ts';
import { removeUpload } from './remove.ts';
import { openUploads } from './test-stage.ts';

test('what policy does not let anybody do with an image is not done by an upload either', async (t) => {
  const { ctx, db } = await openUploads(t);
  const tryWith = (rules: Record<string, string>, metadata: Record<string, string>) =>
    createUpload(
      { ...ctx, actor: { ...ctx.actor, policy: openPolicy(rules) } },
      { id: randomUUID(), lengthBytes: 1, metadata },
    );
  const onlyAdmins = 'role:admin';
  await assert.rejects(tryWith({}, { visibility: 'public' }), { code: 'forbidden' });
  await assert.rejects(tryWith({ communitize_image: onlyAdmins }, { visibility: 'community' }), {
    code: 'forbidden',
  });
  await assert.rejects(tryWith({ upload_image: onlyAdmins }, {}), { code: 'forbidden' });
  await assert.rejects(tryWith({ add_image: onlyAdmins }, {}), { code: 'forbidden' });
  for (const name of ['location', 'deleted', 'owner', 'os_glance_x', '__proto__']) {
    await assert.rejects(tryWith({}, { [`property:${name}`]: 'x' }), { field: `property:${name}` }, name);
  }
  const made = await tryWith({}, { visibility: 'community', 'property:constructor': 'x' });
  assert.equal((await findImage(db.read, made.image_id))?.visibility, 'community');
});

test('an upload of an administrator of the system is no business of who has no project either', async (t) => {
  const { ctx } = await openUploads(t);
  const { id } = await createTestImage(ctx, { visibility: 'private' });
  const system = contextOf(ctx.runtime, { ...administrator, projectId: '', systemScope: true });
  const upload = await createUpload(system, { id: randomUUID(), lengthBytes: 1, metadata: { image_id: id } });
  const unscoped = contextOf(ctx.runtime, { ...tenant, projectId: '', roles: [] });
  await assert.rejects(showUpload(unscoped, upload.id), { code: 'not_found' });
  assert.deepEqual(await listUploads(unscoped), []);
  assert.equal((await listUploads(system)).length, 1);
});

/** A qcow2 image whose backing file is /etc/passwd. */
function hostileImage(sizeBytes: number): Buffer {
  const image = Buffer.alloc(sizeBytes);
  image.write('QFI\xfb', 0, 'latin1');
  image.writeUInt32BE(3, 4);
  image.writeBigUInt64BE(1024n, 8);
  image.writeUInt32BE(11, 16);
  image.writeUInt32BE(16, 20);
  image.writeBigUInt64BE(1n << 20n, 24);
  image.writeUInt32BE(104, 100);
  image.write('/etc/passwd', 1024);
  return image;
}

test('dismissing a failed upload leaves its image to the upload that fills it now', async (t) => {
  const { db, ctx, begin, append } = await openUploads(t);
  const first = await begin(1000, { name: 'again', sha512: 'ab'.repeat(64) });
  await assert.rejects(append(first.id, 0, randomBytes(1000)), { code: 'checksum_mismatch' });
  assert.equal((await findUpload(db.read, first.id))?.state, 'failed');
  const second = await begin(2000, { image_id: first.image_id });
  await append(second.id, 0, randomBytes(1500));
  await removeUpload(ctx, first.id);
  assert.equal((await findImage(db.read, first.image_id))?.status, 'saving');
  await append(second.id, 1500, randomBytes(500));
  assert.equal((await findImage(db.read, first.image_id))?.status, 'active');
});

test('an upload expires a week after its last byte and not after its first', async (t) => {
  let clock = Date.now();
  const { db, begin, append } = await openUploads(t, [{ id: 'fast' }], () => clock);
  const upload = await begin(1000);
  clock += 3 * 24 * 3600 * 1000;
  await append(upload.id, 0, randomBytes(10));
  assert.equal((await findUpload(db.read, upload.id))?.expires_at, clock + uploadExpirySeconds * 1000);
});

test('an image whose running inspection was lost is inspected before it becomes active', async (t) => {
  const { db, begin, append } = await openUploads(t);
  const bytes = hostileImage(300_000);
  const upload = await begin(bytes.byteLength);
  await append(upload.id, 0, bytes.subarray(0, 3));
  await db.transaction((q) => updateUpload(q, upload.id, { inspector_snapshot: null, updated_at: 0 }));
  await assert.rejects(append(upload.id, 3, bytes.subarray(3)), { code: 'unsafe_image' });
  assert.equal((await findImage(db.read, upload.image_id))?.status, 'queued');
});

test('a store that was left behind is not gone on with, however long its file is', async (t) => {
  let isBroken = false;
  const plan: StoreWish['plan'] = ({ name }) =>
    isBroken && name.includes('flush')
      ? { kind: 'fail', error: new StoreFault('failed', 'weak', 'an fsync has failed') }
      : null;
  const { process, begin, append } = await openUploads(t, [{ id: 'fast' }, { id: 'weak', plan }]);
  const upload = await begin(3000, { stores: 'fast,weak', all_stores_must_succeed: 'false' });
  await append(upload.id, 0, randomBytes(1000));
  isBroken = true;
  assert.equal((await append(upload.id, 1000, randomBytes(1000))).offset, 2000);
  isBroken = false;
  await append(upload.id, 2000, randomBytes(1000));
  const locations = await locationsOf(process, upload.image_id);
  assert.equal(locations.get('fast')?.state, 'active');
  // Filled by a transfer instead, under another key.
  assert.notEqual(locations.get('weak')?.transfer_id, null);
});

test('a store that was left behind is filled even when the process dies right after the image became active', async (t) => {
  const plan: StoreWish['plan'] = ({ name }) =>
    name.includes('flush') ? { kind: 'fail', error: new StoreFault('failed', 'weak', 'no fsync') } : null;
  const { place, process, begin, append } = await openUploads(t, [{ id: 'fast' }, { id: 'weak', plan }]);
  const upload = await begin(1000, { stores: 'fast,weak', all_stores_must_succeed: 'false' });
  const { promise: active, resolve: becomeActive } = Promise.withResolvers<void>();
  process.runtime.events.subscribe(({ event }) => {
    if (event.type !== 'image') return;
    process.kill();
    becomeActive();
  });
  void append(upload.id, 0, randomBytes(1000)).catch(() => undefined);
  await active;
  const next = await openProcess(place);
  assert.equal((await findImage(next.runtime.db.read, upload.image_id))?.status, 'active');
  assert.notEqual((await locationsOf(next, upload.image_id)).get('weak')?.transfer_id ?? null, null);
});

test('an upload that is read back tells how far that is', async (t) => {
  const plan: StoreWish['plan'] = ({ name }) =>
    name === 'read step' ? { kind: 'delay', milliseconds: 300 } : null;
  const { process, begin, append } = await openUploads(t, [{ id: 'fast', plan }]);
  const bytes = randomBytes(4 * 2 ** 20);
  const upload = await begin(bytes.byteLength);
  await append(upload.id, 0, bytes.subarray(0, 1000));
  // As in another process: the running hash of what came before is not here.
  process.runtime.hashPool.forget(upload.id);
  const checked: number[] = [];
  process.runtime.events.subscribe(({ event }) => {
    if (event.type === 'upload' && event.upload.state === 'checking')
      checked.push(event.upload.verified_bytes);
  });
  await append(upload.id, 1000, bytes.subarray(1000));
  assert.ok(
    checked.some((verified) => verified > 0 && verified < bytes.byteLength),
    `told of ${checked.join(', ')}`,
  );
});

test('an upload that has ended still says where it went', async (t) => {
  const plan: StoreWish['plan'] = ({ name }) =>
    name.includes('flush') ? { kind: 'fail', error: new StoreFault('failed', 'weak', 'no fsync') } : null;
  const { ctx, begin, append } = await openUploads(t, [{ id: 'fast' }, { id: 'weak', plan }]);
  const both = { stores: 'fast,weak', all_stores_must_succeed: 'false' };
  const done = await begin(1000, both);
  await append(done.id, 0, randomBytes(1000));
  assert.deepEqual((await showUpload(ctx, done.id)).stores, [
    { store: 'fast', durable_bytes: 1000, state: 'active', error: null },
    { store: 'weak', durable_bytes: 0, state: 'failed', error: 'weak failed: no fsync' },
  ]);
  const failed = await begin(1000, { stores: 'fast', sha512: 'ab'.repeat(64) });
  await assert.rejects(append(failed.id, 0, randomBytes(1000)), { code: 'checksum_mismatch' });
  assert.deepEqual((await showUpload(ctx, failed.id)).stores, [
    { store: 'fast', durable_bytes: 1000, state: 'failed', error: null },
  ]);
});

test('a request that only asks for the wrong offset takes the lease from nobody', async (t) => {
  const { db, begin, append } = await openUploads(t);
  const upload = await begin(1000);
  await assert.rejects(append(upload.id, 5, randomBytes(5)), { code: 'offset_mismatch' });
  const after = await findUpload(db.read, upload.id);
  assert.equal(after?.lease_holder, null);
  assert.equal(after?.lease_fence, 0);
});

test('an upload that somebody is just sending to does not expire', async (t) => {
  let clock = Date.now();
  const { process, ctx, db, begin } = await openUploads(t, [{ id: 'fast' }], () => clock);
  const upload = await begin(1000);
  clock += uploadExpirySeconds * 1000 - 1000;
  const { promise: body, resolve: send } = Promise.withResolvers<Uint8Array[] | null>();
  const { promise: isOpen, resolve: opened } = Promise.withResolvers<void>();
  const batches = [body];
  const next = () => (opened(), batches.shift() ?? Promise.resolve(null));
  const running = appendToUpload(ctx, { uploadId: upload.id, offset: 0, next });
  await isOpen;
  clock += 2000;
  assert.equal((await sweepUploads(process.runtime)).expired, 0);
  send([randomBytes(1000)]);
  await running;
  assert.equal((await findImage(db.read, upload.image_id))?.status, 'active');
});

test('what a store needs to go on is kept when its first flush after a resume fails', async (t) => {
  let isBroken = false;
  const plan: StoreWish['plan'] = ({ name }) =>
    isBroken && name === 'flush'
      ? { kind: 'fail', error: new StoreFault('unavailable', 'fast', 'no answer') }
      : null;
  const { process, db, begin, append } = await openUploads(t, [{ id: 'fast', plan }]);
  const upload = await begin(3000);
  await append(upload.id, 0, randomBytes(1000));
  const location = async () => (await locationsOf(process, upload.image_id)).get('fast');
  const before = await location();
  assert.ok(before);
  // A directory needs none; an object store could not be gone on with without it.
  const changes = { resume_state: 'where it stands', updated_at: 0 };
  await db.transaction((q) => updateLocation(q, before, 'blue', changes));
  isBroken = true;
  await assert.rejects(append(upload.id, 1000, randomBytes(1000)), { code: 'store_unavailable' });
  const after = await location();
  assert.deepEqual([after?.bytes, after?.resume_state], [1000, 'where it stands']);
});

test('what was opened is closed when the database cannot be told that another store did not open', async (t) => {
  const called: string[] = [];
  const failure = new StoreFault('unavailable', 'weak', 'no answer');
  const { ctx, db, begin, append } = await openUploads(t, [
    { id: 'fast', plan: ({ name }) => (called.push(name), null) },
    { id: 'weak', plan: ({ name }) => (name === 'begin' ? { kind: 'fail', error: failure } : null) },
  ]);
  const upload = await begin(1000, { stores: 'fast,weak' });
  let transactions = 0;
  const isAway = () => (transactions += 1) === 2;
  const away = new Error('the database is away');
  const failing: typeof db = {
    ...db,
    transaction: (work) => (isAway() ? Promise.reject(away) : db.transaction(work)),
  };
  Object.assign(ctx.runtime, { db: failing });
  await assert.rejects(append(upload.id, 0, randomBytes(1000)), away);
  Object.assign(ctx.runtime, { db });
  assert.deepEqual(
    called.filter((name) => ['begin', 'close'].includes(name)),
    ['begin', 'close'],
  );
});

test('what an upload opened is removed only after it has let go', async (t) => {
  const { process, ctx, db, begin } = await openUploads(t);
  const { runtime } = process;
  const upload = await begin(1000);
  const { promise: body, resolve: endBody } = Promise.withResolvers<null>();
  const { promise: isOpen, resolve: opened } = Promise.withResolvers<void>();
  const next = () => {
    opened();
    return body;
  };
  const running = appendToUpload(ctx, { uploadId: upload.id, offset: 0, next });
  await isOpen;
  await deleteImage(ctx, upload.image_id);
  assert.equal((await runtime.reconciler.runOnce()).removed, 0);
  endBody(null);
  await running;
  await new Promise((resolve) => setTimeout(resolve, 350));
  assert.equal((await runtime.reconciler.runOnce()).removed, 1);
  assert.equal(await findUpload(db.read, upload.id), null);
});

test('a commit that was cut off between its two names leaves one of them', async (t) => {
  let isDead = true;
  const plan: StoreWish['plan'] = ({ name }) =>
    isDead && name.includes('commit')
      ? { kind: 'fail', error: new StoreFault('failed', 'fast', 'killed here') }
      : null;
  const { place, process, db, begin, append } = await openUploads(t, [{ id: 'fast', plan }]);
  const upload = await begin(5000);
  await assert.rejects(append(upload.id, 0, randomBytes(5000)));
  const directory = path.join(place.directory, 'fast');
  const { object_key: key } = (await locationsOf(process, upload.image_id)).get('fast') ?? { object_key: '' };
  await link(path.join(directory, `.${key}.part`), path.join(directory, key));
  isDead = false;
  assert.equal((await sweepUploads(process.runtime)).finished, 1);
  assert.equal((await findImage(db.read, upload.image_id))?.status, 'active');
  assert.deepEqual(
    (await readdir(directory)).filter((name) => name.includes(upload.image_id)),
    [key],
  );
});
