import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasCode, StowageError } from '#lib/contract/errors.ts';
import { MiB } from '#lib/contract/limits.ts';
import { findImage } from '#lib/db/repositories/images.ts';
import { deleteLocationRow, updateLocation } from '#lib/db/repositories/locations.ts';
import { updateTransfer } from '#lib/db/repositories/transfers.ts';
import { removeLocation } from '#lib/services/locations/remove.ts';
import { verifyLocation } from '#lib/services/locations/verify.ts';
import { startCopies } from '#lib/services/transfers/start-copies.ts';
import { toTransferViews } from '#lib/services/transfers/view.ts';
import {
  addImage,
  administrator,
  contextOf,
  findBroken,
  locationsOf,
  openPlace,
  openProcess,
  storedBytes,
  tenant,
  transferIn,
} from './test-support.ts';

test('copying to three stores reads the source once', async (t) => {
  const place = await openPlace(
    t,
    ['fast', 'a', 'b', 'c'].map((id) => ({ id, clones: false })),
  );
  const process = await openProcess(place);
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 70 * MiB + 17 });
  process.runtime.worker.start();
  const started = await startCopies(process.ctx, { imageId: image.id, stores: ['a', 'b', 'c'] });
  assert.equal(started.length, 3);
  for (const { id } of started) {
    const row = await transferIn(process, id, ['done', 'failed']);
    assert.equal(row.state, 'done', row.error ?? '');
    assert.equal(row.method, 'stream');
    assert.equal(row.bytes_done, image.bytes.length);
  }
  assert.equal(place.bytesRead.get('fast'), image.bytes.length);
  const locations = await locationsOf(process, image.id);
  for (const store of ['a', 'b', 'c']) {
    const location = locations.get(store);
    assert.equal(location?.state, 'active');
    assert.ok(location.verified_at !== null);
    assert.ok((await storedBytes(place, location)).equals(image.bytes));
  }
  assert.deepEqual(await findBroken(place, process, [image]), []);
});

test('stores on one file system copy by themselves, and the copy is read back', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'archive' }]);
  const process = await openProcess(place);
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 70 * MiB });
  process.runtime.worker.start();
  const [started] = await startCopies(process.ctx, { imageId: image.id, stores: ['archive'] });
  const row = await transferIn(process, started?.id ?? '', ['done', 'failed']);
  assert.equal(row.state, 'done', row.error ?? '');
  assert.equal(row.method, 'clone');
  assert.equal(place.bytesRead.get('fast') ?? 0, 0);
  assert.equal(place.bytesRead.get('archive'), image.bytes.length);
  assert.deepEqual(await findBroken(place, process, [image]), []);
});

test('a store that holds it is skipped, one that is being filled answers with its transfer', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'archive' }]);
  const process = await openProcess(place);
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 1 * MiB });
  assert.deepEqual(await startCopies(process.ctx, { imageId: image.id, stores: ['fast'] }), []);
  const [first] = await startCopies(process.ctx, { imageId: image.id, stores: ['archive', 'fast'] });
  const [second] = await startCopies(process.ctx, { imageId: image.id, stores: ['archive'] });
  assert.equal(second?.id, first?.id);
});

test('an unknown store, a tenant, and what a tenant does not see are refused', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'small', quotaBytes: 1000 }]);
  const process = await openProcess(place);
  const own = await addImage(place, process, { store: 'fast', sizeBytes: 4096 });
  const foreign = await addImage(place, process, { store: 'fast', sizeBytes: 4096, owner: 'red' });
  const asTenant = contextOf(process.runtime, tenant);
  const asAdministrator = contextOf(process.runtime, administrator);
  const refusal = (
    ctx: typeof asTenant,
    imageId: string,
    store: string,
    code: Parameters<typeof hasCode>[1],
  ) => assert.rejects(startCopies(ctx, { imageId, stores: [store] }), (error) => hasCode(error, code));
  await refusal(asAdministrator, own.id, 'nowhere', 'unknown_store');
  await refusal(asAdministrator, own.id, 'small', 'store_full');
  await refusal(asTenant, own.id, 'small', 'forbidden');
  await refusal(asTenant, foreign.id, 'small', 'not_found');
});

test('a move lets its source go only when every copy is proved', async (t) => {
  let isBroken = true;
  const place = await openPlace(t, [
    { id: 'fast' },
    { id: 'a', clones: false },
    {
      id: 'b',
      clones: false,
      plan: ({ name }) =>
        isBroken && name.includes('append')
          ? { kind: 'fail', error: Object.assign(new Error('no space'), { code: 'ENOSPC' }) }
          : null,
    },
  ]);
  const process = await openProcess(place);
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 3 * MiB });
  process.runtime.worker.start();
  process.runtime.reconciler.start();
  const started = await startCopies(process.ctx, { imageId: image.id, stores: ['a', 'b'], moveFrom: 'fast' });
  const [toA, toB] = started;
  await transferIn(process, toA?.id ?? '', ['done']);
  const failed = await transferIn(process, toB?.id ?? '', ['failed']);
  assert.match(failed.error ?? '', /no space left/);
  const [shown] = await toTransferViews(process.ctx, [failed]);
  assert.match(shown?.remedy ?? '', /Free some space/);
  assert.equal(shown?.request_id, process.ctx.requestId);
  assert.equal((await locationsOf(process, image.id)).get('fast')?.state, 'active');
  assert.equal((await locationsOf(process, image.id)).get('b')?.state, 'failed');

  isBroken = false;
  const { retryTransfer } = await import('#lib/services/transfers/retry.ts');
  await retryTransfer(process.ctx, toB?.id ?? '');
  await transferIn(process, toB?.id ?? '', ['done']);
  const locations = await locationsOf(process, image.id);
  assert.deepEqual([...locations.keys()].toSorted(), ['a', 'b']);
  assert.deepEqual(await findBroken(place, process, [image]), []);
});

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

test('a copy can be removed while another proved one remains, and never the last', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'archive' }]);
  const process = await openProcess(place);
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 1 * MiB });
  await assert.rejects(removeLocation(process.ctx, { imageId: image.id, storeId: 'fast' }), (error) =>
    hasCode(error, 'last_location'),
  );
  process.runtime.worker.start();
  const [copy] = await startCopies(process.ctx, { imageId: image.id, stores: ['archive'] });
  await transferIn(process, copy?.id ?? '', ['done']);
  await removeLocation(process.ctx, { imageId: image.id, storeId: 'fast' });
  const report = await process.runtime.reconciler.runOnce();
  assert.equal(report.removed, 1);
  assert.deepEqual([...(await locationsOf(process, image.id)).keys()], ['archive']);
  await assert.rejects(removeLocation(process.ctx, { imageId: image.id, storeId: 'archive' }), (error) =>
    hasCode(error, 'last_location'),
  );
  assert.deepEqual(await findBroken(place, process, [image]), []);
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

test('when all stores must succeed, one that fails takes the others back', async (t) => {
  const place = await openPlace(t, [
    { id: 'fast' },
    { id: 'a', clones: false },
    {
      id: 'full',
      clones: false,
      plan: ({ name }) =>
        name.includes('append')
          ? { kind: 'fail', error: Object.assign(new Error('x'), { code: 'ENOSPC' }) }
          : null,
    },
  ]);
  const process = await openProcess(place);
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 2 * MiB });
  process.runtime.worker.start();
  const [toA, toFull] = await startCopies(process.ctx, {
    imageId: image.id,
    stores: ['a', 'full'],
    byImport: true,
    allStoresMustSucceed: true,
  });
  await transferIn(process, toFull?.id ?? '', ['failed']);
  await transferIn(process, toA?.id ?? '', ['done', 'canceled']);
  await process.runtime.reconciler.runOnce();
  assert.equal((await locationsOf(process, image.id)).has('a'), false);
  assert.deepEqual((await findImage(process.runtime.db.read, image.id))?.failed_import, ['full']);
  assert.deepEqual(await findBroken(place, process, [image]), []);
});

test('taking a group back never takes the last proved copy', async (t) => {
  const { promise: isRemoved, resolve: removed } = Promise.withResolvers<void>();
  const place = await openPlace(t, [
    { id: 'fast' },
    { id: 'a', clones: false },
    { id: 'full', clones: false, plan: () => null },
  ]);
  const process = await openProcess(place, {
    hooks: {
      async at(step, held) {
        if (step !== 'before-conclusion' || held.row.target_store !== 'full') return;
        await isRemoved;
        throw new StowageError('store_full', 'It is full.');
      },
    },
  });
  const image = await addImage(place, process, { store: 'fast', sizeBytes: MiB });
  process.runtime.worker.start();
  const [toA, toFull] = await startCopies(process.ctx, {
    imageId: image.id,
    stores: ['a', 'full'],
    allStoresMustSucceed: true,
  });
  await transferIn(process, toA?.id ?? '', ['done']);
  await removeLocation(process.ctx, { imageId: image.id, storeId: 'fast' });
  removed();
  await transferIn(process, toFull?.id ?? '', ['failed']);
  assert.equal((await locationsOf(process, image.id)).get('a')?.state, 'active');
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

test('a worker that was away while its copy was given up and removed leaves nothing', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'archive', clones: false }]);
  const process = await openProcess(place, {
    hooks: {
      async at(step, held) {
        if (step !== 'opened') return;
        await process.runtime.db.transaction(async (q) => {
          await updateTransfer(q, held.id, { state: 'canceled', lease_fence: held.fence + 1, updated_at: 0 });
          await deleteLocationRow(q, held.target, 'blue');
        });
      },
    },
  });
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 1 * MiB });
  const [started] = await startCopies(process.ctx, { imageId: image.id, stores: ['archive'] });
  process.runtime.worker.start();
  await transferIn(process, started?.id ?? '', ['canceled']);
  await process.runtime.worker.settled(started?.id ?? '');
  const names = await readdir(join(place.directory, 'archive'));
  assert.deepEqual(
    names.filter((name) => name.includes(image.id)),
    [],
  );
});

test('a move that joins a copy under way waits for its other copies too', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'a' }, { id: 'b' }]);
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const process = await openProcess(place, {
    hooks: {
      async at(step, held) {
        if (step === 'before-conclusion' && held.row.target_store === 'b') await mayEnd;
      },
    },
  });
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 1000 });
  const [toA] = await startCopies(process.ctx, { imageId: image.id, stores: ['a'] });
  const move = { imageId: image.id, stores: ['a', 'b'], moveFrom: 'fast' };
  const [, toB] = await startCopies(process.ctx, move);
  process.runtime.worker.start();
  await transferIn(process, toA?.id ?? '', ['done']);
  assert.equal((await locationsOf(process, image.id)).get('fast')?.state, 'active');
  end();
  await transferIn(process, toB?.id ?? '', ['done']);
  assert.equal((await locationsOf(process, image.id)).has('fast'), false);
});
