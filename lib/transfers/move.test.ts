import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StowageError } from '#lib/contract/errors.ts';
import { MiB } from '#lib/contract/limits.ts';
import { findImage } from '#lib/db/repositories/images.ts';
import { removeLocation } from '#lib/services/locations/remove.ts';
import { startCopies } from '#lib/services/transfers/start-copies.ts';
import { toTransferViews } from '#lib/services/transfers/view.ts';
import { addImage, findBroken, locationsOf, openPlace, openProcess, transferIn } from './test-support.ts';

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

test('a move from a store that is still being filled is refused, and the copy goes on', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'archive' }]);
  const process = await openProcess(place);
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 1000 });
  const [copy] = await startCopies(process.ctx, { imageId: image.id, stores: ['archive'] });
  const move = { imageId: image.id, stores: ['fast'], moveFrom: 'archive' };
  await assert.rejects(startCopies(process.ctx, move), {
    code: 'wrong_state',
    remedy: /Wait until its transfer is done/,
    field: 'move_from',
  });
  process.runtime.worker.start();
  await transferIn(process, copy?.id ?? '', ['done']);
  assert.deepEqual(await startCopies(process.ctx, move), []);
  assert.deepEqual([...(await locationsOf(process, image.id)).keys()], ['fast']);
});
