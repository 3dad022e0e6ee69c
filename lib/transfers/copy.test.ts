import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasCode } from '#lib/contract/errors.ts';
import { MiB } from '#lib/contract/limits.ts';
import { deleteLocationRow } from '#lib/db/repositories/locations.ts';
import { updateTransfer } from '#lib/db/repositories/transfers.ts';
import { removeLocation } from '#lib/services/locations/remove.ts';
import { startCopies } from '#lib/services/transfers/start-copies.ts';
import type { FaultPlan } from '#lib/stores/fault-store.ts';
import { StoreFault } from '#lib/stores/store.ts';
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

test('what an earlier attempt publishes late is taken for the copy, however the store copies', async (t) => {
  const late = (name: string): FaultPlan => {
    let isLate = true;
    return (call) => {
      if (call.name !== name || !isLate) return null;
      isLate = false;
      return { kind: 'fail-after', error: new StoreFault('exists', 'archive', 'Another was faster.') };
    };
  };
  for (const name of ['clone', 'commit']) {
    const place = await openPlace(t, [
      { id: 'fast' },
      { id: 'archive', clones: name === 'clone', plan: late(name) },
    ]);
    const process = await openProcess(place);
    const image = await addImage(place, process, { store: 'fast', sizeBytes: 1 * MiB });
    process.runtime.worker.start();
    const [started] = await startCopies(process.ctx, { imageId: image.id, stores: ['archive'] });
    const row = await transferIn(process, started?.id ?? '', ['done', 'failed']);
    assert.equal(row.state, 'done', `${name}: ${row.error}`);
    assert.deepEqual(await findBroken(place, process, [image]), []);
  }
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
