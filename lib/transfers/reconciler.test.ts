import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { MiB } from '#lib/contract/limits.ts';
import { findTransfer, updateTransfer } from '#lib/db/repositories/transfers.ts';
import { insertLocation, listLocations } from '#lib/db/repositories/locations.ts';
import { cancelTransfer } from '#lib/services/transfers/cancel.ts';
import { startCopies } from '#lib/services/transfers/start-copies.ts';
import { newTargetLocation } from './settle.ts';
import { addImage, findBroken, locationsOf, openPlace, openProcess } from './test-support.ts';

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
