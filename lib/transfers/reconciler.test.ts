import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { MiB, uploadExpirySeconds } from '#lib/contract/limits.ts';
import { findTransfer, updateTransfer } from '#lib/db/repositories/transfers.ts';
import { insertLocation, listLocations } from '#lib/db/repositories/locations.ts';
import { findUpload } from '#lib/db/repositories/uploads.ts';
import { cancelTransfer } from '#lib/services/transfers/cancel.ts';
import { startCopies } from '#lib/services/transfers/start-copies.ts';
import { createUpload } from '#lib/services/uploads/create.ts';
import { openReconciler } from './reconciler.ts';
import { newTargetLocation } from './settle.ts';
import {
  addImage,
  contextOf,
  findBroken,
  locationsOf,
  openPlace,
  openProcess,
  tenant,
  transferIn,
} from './test-support.ts';

test('what no row names is reported and never removed', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }]);
  const process = await openProcess(place);
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 4096 });
  const foreign = join(place.directory, 'fast', `${randomUUID()}-of-somebody-else`);
  await writeFile(foreign, 'precious');
  for (let round = 0; round < 3; round += 1) await process.runtime.reconciler.runOnce({ list: true });
  assert.ok(existsSync(foreign));
  const strays = process.runtime.reconciler.straysOf('fast');
  assert.equal(strays?.count, 1);
  assert.equal(strays?.bytes, 8);
  assert.equal((await locationsOf(process, image.id)).get('fast')?.state, 'active');
});

test('an intent whose transfer is gone is removed with whatever was written for it', async (t) => {
  let now = Date.now();
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'archive' }]);
  const process = await openProcess(place, { now: () => now });
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 4096 });
  const orphan = newTargetLocation(
    { id: 'gone', image_id: image.id, target_store: 'archive', bytes_total: 4096 },
    1,
    now,
  );
  await process.runtime.db.transaction((q) => insertLocation(q, orphan, 'blue'));
  const part = join(place.directory, 'archive', `.${orphan.object_key}.part`);
  await writeFile(part, 'half');
  now += 60_000;
  const report = await process.runtime.reconciler.runOnce();
  assert.equal(report.abandoned, 1);
  assert.equal(report.removed, 1);
  assert.ok(!existsSync(part));
  const again = await process.runtime.reconciler.runOnce();
  assert.deepEqual([again.abandoned, again.removed], [0, 0]);
});

test('a removal that fails is tried again until it succeeds', async (t) => {
  let now = Date.now();
  let isBroken = true;
  const place = await openPlace(t, [
    { id: 'fast' },
    {
      id: 'archive',
      plan: ({ name }) =>
        isBroken && name === 'discard' ? { kind: 'fail', error: new Error('not today') } : null,
    },
  ]);
  const process = await openProcess(place, { now: () => now });
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 4096 });
  const [started] = await startCopies(process.ctx, { imageId: image.id, stores: ['archive'] });
  await cancelTransfer(process.ctx, started?.id ?? '');
  assert.equal((await process.runtime.reconciler.runOnce()).postponed, 1);
  assert.equal((await process.runtime.reconciler.runOnce()).postponed, 0, 'it waits before it tries again');
  isBroken = false;
  now += 10_000;
  assert.equal((await process.runtime.reconciler.runOnce()).removed, 1);
  assert.deepEqual(await findBroken(place, process, [image]), []);
});

test('a copy that a store makes after it was called off goes too, whoever removes it', async (t) => {
  let now = Date.now();
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'archive', lateCopyMilliseconds: 60_000 }]);
  let canceled: Promise<unknown> | null = null;
  const worker = await openProcess(place, {
    now: () => now,
    hooks: {
      at: async (step, held) => {
        if (step !== 'opened') return;
        canceled = cancelTransfer(worker.ctx, held.id);
        await once(held.signal, 'abort');
      },
    },
  });
  const other = await openProcess(place, { now: () => now });
  const image = await addImage(place, worker, { store: 'fast', sizeBytes: 4096 });
  worker.runtime.worker.start();
  const [started] = await startCopies(worker.ctx, { imageId: image.id, stores: ['archive'] });
  await transferIn(worker, started?.id ?? '', ['canceled']);
  await canceled;
  await worker.close();
  assert.equal((await other.runtime.reconciler.runOnce()).postponed, 1);
  const [row] = (await listLocations(other.runtime.db.read, [image.id])).filter(
    ({ state }) => state === 'deleting',
  );
  const late = join(place.directory, 'archive', row?.object_key ?? '');
  await writeFile(late, image.bytes);
  now += 30_000;
  assert.equal((await other.runtime.reconciler.runOnce({ list: true })).strays['archive'], 0);
  now += 31_000;
  assert.equal((await other.runtime.reconciler.runOnce()).removed, 1);
  assert.ok(!existsSync(late));
  assert.deepEqual(await findBroken(place, other, [image]), []);
});

test('a copy that vanished is missing only when it was looked for twice', async (t) => {
  let now = Date.now();
  const place = await openPlace(t, [{ id: 'fast' }]);
  const process = await openProcess(place, { now: () => now });
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 4096 });
  await rm(join(place.directory, 'fast', `${image.id}-origin`));
  now += 1_000;
  assert.equal((await process.runtime.reconciler.runOnce({ list: true })).missing, 0);
  assert.equal((await locationsOf(process, image.id)).get('fast')?.state, 'active');
  now += 60_000;
  assert.equal((await process.runtime.reconciler.runOnce({ list: true })).missing, 1);
  assert.equal((await locationsOf(process, image.id)).get('fast')?.state, 'missing');
});

test('a store that is not mounted makes nothing look lost', async (t) => {
  let now = Date.now();
  const place = await openPlace(t, [{ id: 'fast' }]);
  const process = await openProcess(place, { now: () => now });
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 4096 });
  await rm(join(place.directory, 'fast'), { recursive: true });
  for (let round = 0; round < 3; round += 1) {
    now += 60_000;
    await process.runtime.reconciler.runOnce({ list: true });
  }
  assert.equal((await locationsOf(process, image.id)).get('fast')?.state, 'active');
});

test('a transfer whose lease ran out waits again', async (t) => {
  let now = Date.now();
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'archive' }]);
  const process = await openProcess(place, { now: () => now });
  const image = await addImage(place, process, { store: 'fast', sizeBytes: MiB });
  const [started] = await startCopies(process.ctx, { imageId: image.id, stores: ['archive'] });
  const id = started?.id ?? '';
  await process.runtime.db.transaction((q) =>
    updateTransfer(q, id, {
      state: 'running',
      lease_holder: '1/elsewhere',
      lease_fence: 7,
      lease_expires_at: now + 30_000,
      updated_at: now,
    }),
  );
  assert.equal((await process.runtime.reconciler.runOnce()).requeued, 0);
  now += 31_000;
  assert.equal((await process.runtime.reconciler.runOnce()).requeued, 1);
  const row = await findTransfer(process.runtime.db.read, id);
  assert.deepEqual([row?.state, row?.lease_fence], ['queued', 8]);
  assert.equal((await listLocations(process.runtime.db.read, [image.id])).length, 2);
});

test('a clock that jumps by a week takes no upload, and one that was left for a week expires', async (t) => {
  let clock = Date.now();
  let elapsed = 0;
  const place = await openPlace(t, [{ id: 'fast' }]);
  const process = await openProcess(place, { now: () => clock });
  Object.assign(process.runtime.config, { defaultStore: 'fast' });
  const { id } = await createUpload(contextOf(process.runtime, tenant), {
    id: randomUUID(),
    lengthBytes: 1000,
    metadata: {},
  });
  const reconciler = openReconciler(process.runtime, () => elapsed);
  const week = uploadExpirySeconds * 1000;
  const minute = 60_000;
  const expired = async (milliseconds: number) => {
    clock += milliseconds;
    elapsed += milliseconds;
    return (await reconciler.runOnce()).uploads.expired;
  };
  assert.equal(await expired(0), 0);
  clock += week + minute;
  for (let passed = 0; passed < 30; passed += 1) assert.equal(await expired(minute), 0);
  clock -= week + minute;
  for (let passed = 0; passed < 62; passed += 1) assert.equal(await expired(minute), 0);
  assert.notEqual(await findUpload(process.runtime.db.read, id), null);

  assert.equal(await expired(week), 0);
  assert.equal(await expired(61 * minute), 1);
  assert.equal(await findUpload(process.runtime.db.read, id), null);
});
