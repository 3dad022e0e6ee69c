import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { MiB } from '#lib/contract/limits.ts';
import { findImage } from '#lib/db/repositories/images.ts';
import { updateLocation } from '#lib/db/repositories/locations.ts';
import { verifyLocation } from '#lib/services/locations/verify.ts';
import { startCopies } from '#lib/services/transfers/start-copies.ts';
import {
  addImage,
  findBroken,
  locationsOf,
  openPlace,
  openProcess,
  storedBytes,
  transferIn,
} from './test-support.ts';

test('a corrupt source is found out, marked, and another copy is used', async (t) => {
  const place = await openPlace(t, [
    { id: 'fast', weight: 100 },
    { id: 'archive', weight: 1 },
    { id: 'third', clones: false },
  ]);
  const process = await openProcess(place);
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 70 * MiB });
  process.runtime.worker.start();
  const [copy] = await startCopies(process.ctx, { imageId: image.id, stores: ['archive'] });
  await transferIn(process, copy?.id ?? '', ['done']);
  const spoiled = Buffer.from(image.bytes);
  spoiled[65 * MiB] = (spoiled[65 * MiB] ?? 0) ^ 1;
  await writeFile(join(place.directory, 'fast', `${image.id}-origin`), spoiled);

  const [started] = await startCopies(process.ctx, { imageId: image.id, stores: ['third'] });
  const row = await transferIn(process, started?.id ?? '', ['done', 'failed']);
  assert.equal(row.state, 'done', row.error ?? '');
  const locations = await locationsOf(process, image.id);
  assert.equal(locations.get('fast')?.state, 'corrupt');
  assert.match(locations.get('fast')?.error ?? '', /byte 67108864/);
  const third = locations.get('third');
  assert.ok(third !== undefined && (await storedBytes(place, third)).equals(image.bytes));
});

test('a corrupt source is found out when the stores copy by themselves', async (t) => {
  const place = await openPlace(t, [
    { id: 'fast', weight: 100 },
    { id: 'archive', weight: 1 },
    { id: 'third' },
  ]);
  const process = await openProcess(place);
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 3 * MiB });
  process.runtime.worker.start();
  const [copy] = await startCopies(process.ctx, { imageId: image.id, stores: ['archive'] });
  await transferIn(process, copy?.id ?? '', ['done']);
  const spoiled = Buffer.from(image.bytes);
  spoiled[5] = (spoiled[5] ?? 0) ^ 1;
  await writeFile(join(place.directory, 'fast', `${image.id}-origin`), spoiled);
  const [started] = await startCopies(process.ctx, { imageId: image.id, stores: ['third'] });
  await transferIn(process, started?.id ?? '', ['done']);
  assert.equal((await locationsOf(process, image.id)).get('fast')?.state, 'corrupt');
  assert.equal((await locationsOf(process, image.id)).get('third')?.state, 'active');
  await process.runtime.reconciler.runOnce();
  const broken = await findBroken(place, process, [image]);
  assert.deepEqual(broken, []);
});

test('a source that vanished is marked missing, and another one is read', async (t) => {
  const place = await openPlace(t, [
    { id: 'fast', weight: 100 },
    { id: 'archive' },
    { id: 'third', clones: false },
  ]);
  const process = await openProcess(place);
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 3 * MiB });
  process.runtime.worker.start();
  const [copy] = await startCopies(process.ctx, { imageId: image.id, stores: ['archive'] });
  await transferIn(process, copy?.id ?? '', ['done']);
  await rm(join(place.directory, 'fast', `${image.id}-origin`));
  const [started] = await startCopies(process.ctx, { imageId: image.id, stores: ['third'] });
  await transferIn(process, started?.id ?? '', ['done']);
  assert.equal((await locationsOf(process, image.id)).get('fast')?.state, 'missing');
});

test('verification proves a copy, and finds a flipped bit', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }]);
  const process = await openProcess(place);
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 2 * MiB, isKnown: false });
  process.runtime.worker.start();
  const first = await verifyLocation(process.ctx, { imageId: image.id, storeId: 'fast' });
  await transferIn(process, first.id, ['done']);
  assert.equal((await findImage(process.runtime.db.read, image.id))?.sha512, image.sha512);

  image.bytes[MiB] = (image.bytes[MiB] ?? 0) ^ 4;
  await writeFile(join(place.directory, 'fast', `${image.id}-origin`), image.bytes);
  const second = await verifyLocation(process.ctx, { imageId: image.id, storeId: 'fast' });
  const row = await transferIn(process, second.id, ['failed']);
  assert.match(row.error ?? '', /first difference/);
  assert.equal((await locationsOf(process, image.id)).get('fast')?.state, 'corrupt');

  image.bytes[MiB] = (image.bytes[MiB] ?? 0) ^ 4;
  await writeFile(join(place.directory, 'fast', `${image.id}-origin`), image.bytes);
  const third = await verifyLocation(process.ctx, { imageId: image.id, storeId: 'fast' });
  await transferIn(process, third.id, ['done']);
  assert.equal((await locationsOf(process, image.id)).get('fast')?.state, 'active');
});

test('the last copy stays where it is, however broken, when there is nothing to write it anew from', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }]);
  const process = await openProcess(place);
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 1000 });
  const location = (await locationsOf(process, image.id)).get('fast');
  assert.ok(location);
  await process.runtime.db.transaction((q) =>
    updateLocation(q, location, 'blue', { state: 'corrupt', updated_at: Date.now() }),
  );
  await assert.rejects(startCopies(process.ctx, { imageId: image.id, stores: ['fast'] }), {
    code: 'wrong_state',
  });
  assert.equal((await locationsOf(process, image.id)).get('fast')?.state, 'corrupt');
});
