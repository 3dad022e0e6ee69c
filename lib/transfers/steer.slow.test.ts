import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from '#lib/contract/errors.ts';
import { MiB } from '#lib/contract/limits.ts';
import { countHeldByStore, findTransfer } from '#lib/db/repositories/transfers.ts';
import { cancelTransfer } from '#lib/services/transfers/cancel.ts';
import { pauseTransfer } from '#lib/services/transfers/pause.ts';
import { resumeTransfer } from '#lib/services/transfers/resume.ts';
import { startCopies } from '#lib/services/transfers/start-copies.ts';
import type { FaultPlan } from '#lib/stores/fault-store.ts';
import { leaseGroups } from './lease.ts';
import { perStoreLimit } from './limits.ts';
import {
  addImage,
  findBroken,
  locationsOf,
  openPlace,
  openProcess,
  storedBytes,
  transferIn,
} from './test-support.ts';

/** Some 20 MiB/s and more, so that a copy of tens of MiB can be met on its way. */
const slowly: FaultPlan = ({ name }) =>
  name.includes('append') ? { kind: 'delay', milliseconds: 100 } : null;

async function until(
  condition: () => Promise<boolean> | boolean,
  patienceMilliseconds = 10_000,
): Promise<void> {
  const deadline = Date.now() + patienceMilliseconds;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not come to that');
    await delay(20);
  }
}

test('a paused copy stops within two seconds, and goes on where it stood', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'slow', clones: false, plan: slowly }]);
  const process = await openProcess(place);
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 48 * MiB });
  process.runtime.worker.start();
  const [started] = await startCopies(process.ctx, { imageId: image.id, stores: ['slow'] });
  const id = started?.id ?? '';
  await until(() => (process.runtime.worker.progressOf(id)?.sentBytes ?? 0) > 8 * MiB);
  const begun = Date.now();
  const paused = await pauseTransfer(process.ctx, id);
  assert.equal(paused.state, 'paused');
  assert.ok(Date.now() - begun < 2_000, `took ${Date.now() - begun} ms`);
  assert.ok(
    paused.bytes_done > 0 && paused.bytes_done < image.bytes.length,
    `stands at ${paused.bytes_done}`,
  );
  const readBefore = place.bytesRead.get('fast') ?? 0;
  await delay(300);
  assert.equal(place.bytesRead.get('fast'), readBefore, 'it goes on reading');

  await resumeTransfer(process.ctx, id);
  const row = await transferIn(process, id, ['done', 'failed']);
  assert.equal(row.state, 'done', row.error ?? '');
  const readAfter = (place.bytesRead.get('fast') ?? 0) - readBefore;
  assert.equal(readAfter, image.bytes.length - paused.bytes_done);
  const location = (await locationsOf(process, image.id)).get('slow');
  assert.ok(location !== undefined && (await storedBytes(place, location)).equals(image.bytes));
});

test('of two that share a read, one is canceled and the other goes on', async (t) => {
  const place = await openPlace(t, [
    { id: 'fast' },
    { id: 'a', clones: false, plan: slowly },
    { id: 'b', clones: false, plan: slowly },
  ]);
  const process = await openProcess(place);
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 48 * MiB });
  process.runtime.worker.start();
  process.runtime.reconciler.start();
  const [toA, toB] = await startCopies(process.ctx, { imageId: image.id, stores: ['a', 'b'] });
  const id = toA?.id ?? '';
  await until(() => (process.runtime.worker.progressOf(id)?.sentBytes ?? 0) > 4 * MiB);
  const begun = Date.now();
  const canceled = await cancelTransfer(process.ctx, id);
  assert.equal(canceled.state, 'canceled');
  assert.ok(Date.now() - begun < 2_000, `took ${Date.now() - begun} ms`);
  const other = await transferIn(process, toB?.id ?? '', ['done', 'failed']);
  assert.equal(other.state, 'done', other.error ?? '');
  assert.equal(place.bytesRead.get('fast'), image.bytes.length);
  await until(async () => (await findBroken(place, process, [image])).length === 0);
  assert.deepEqual([...(await locationsOf(process, image.id)).keys()].toSorted(), ['b', 'fast']);
  await assert.rejects(resumeTransfer(process.ctx, id), (error) => hasCode(error, 'wrong_state'));
});

test('a copy is canceled within two seconds whatever hangs', async (t) => {
  const hangingCalls: Record<string, string[]> = {
    'beginning an object': ['begin'],
    // A file that is being written to can only be closed after that.
    'writing an object': ['append', 'close'],
    'publishing an object': ['commit', 'close'],
    'comparing two stores': ['canCloneFrom'],
    'reading the source': ['read step'],
  };
  const cases = Object.entries(hangingCalls).map(([what, calls], i) => {
    const plan: FaultPlan = ({ name }) =>
      calls.includes(name) ? { kind: 'delay', milliseconds: 4_000 } : null;
    const isSource = what === 'reading the source';
    const clones = what === 'comparing two stores';
    const [from, to] = [`from-${i}`, `to-${i}`];
    return { what, from, to, isSource, plan, clones };
  });
  const place = await openPlace(
    t,
    cases.flatMap(({ from, to, isSource, plan, clones }) => [
      { id: from, ...(isSource && { plan }) },
      { id: to, clones, ...(!isSource && { plan }) },
    ]),
  );
  const process = await openProcess(place);
  process.runtime.worker.start();
  process.runtime.reconciler.start();
  const images = await Promise.all(
    cases.map(({ from }) => addImage(place, process, { store: from, sizeBytes: MiB })),
  );
  const cancelOne = async ({ what, to }: (typeof cases)[number], i: number) => {
    const [started] = await startCopies(process.ctx, { imageId: images[i]?.id ?? '', stores: [to] });
    const id = started?.id ?? '';
    await until(async () => (await findTransfer(process.runtime.db.read, id))?.state !== 'queued');
    await delay(500);
    const begun = Date.now();
    const canceled = await cancelTransfer(process.ctx, id);
    assert.equal(canceled.state, 'canceled', `${what} hung`);
    assert.ok(Date.now() - begun < 2_000, `${what} took ${Date.now() - begun} ms`);
  };
  await Promise.all(cases.map(cancelOne));
  await until(async () => (await findBroken(place, process, images)).length === 0, 15_000);
});

test('a queued one is paused and canceled without a worker', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'archive' }]);
  const process = await openProcess(place);
  const image = await addImage(place, process, { store: 'fast', sizeBytes: MiB });
  const [started] = await startCopies(process.ctx, { imageId: image.id, stores: ['archive'] });
  const id = started?.id ?? '';
  assert.equal((await pauseTransfer(process.ctx, id)).state, 'paused');
  assert.equal((await cancelTransfer(process.ctx, id)).state, 'canceled');
  assert.deepEqual(await findBroken(place, process, [image]), []);
  assert.equal((await locationsOf(process, image.id)).has('archive'), false);
});

test('a stopping worker puts its transfers back at once, and another one goes on', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'slow', clones: false, plan: slowly }]);
  const first = await openProcess(place);
  const image = await addImage(place, first, { store: 'fast', sizeBytes: 64 * MiB });
  first.runtime.worker.start();
  const [started] = await startCopies(first.ctx, { imageId: image.id, stores: ['slow'] });
  const id = started?.id ?? '';
  await until(() => (first.runtime.worker.progressOf(id)?.sentBytes ?? 0) > 8 * MiB);
  await first.close();
  const second = await openProcess(place);
  const row = await findTransfer(second.runtime.db.read, id);
  assert.equal(row?.state, 'queued');
  assert.ok((row?.bytes_done ?? 0) > 0);
  second.runtime.worker.start();
  assert.equal((await transferIn(second, id, ['done', 'failed'])).state, 'done');
  assert.deepEqual(await findBroken(place, second, [image]), []);
});

test('an image that is deleted meanwhile leaves nothing of its copy', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'slow', clones: false, plan: slowly }]);
  const process = await openProcess(place);
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 64 * MiB });
  process.runtime.worker.start();
  process.runtime.reconciler.start();
  const [started] = await startCopies(process.ctx, { imageId: image.id, stores: ['slow'] });
  const id = started?.id ?? '';
  await until(() => (process.runtime.worker.progressOf(id)?.sentBytes ?? 0) > 8 * MiB);
  const { deleteImage } = await import('#lib/services/images/delete.ts');
  await deleteImage(process.ctx, image.id);
  await transferIn(process, id, ['canceled']);
  await until(async () => (await findBroken(place, process, [])).length === 0);
});

test('transfers of the project with the least running go first', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'slow', clones: false, plan: slowly }]);
  const order: string[] = [];
  const process = await openProcess(place, {
    hooks: { at: (step, held) => void (step === 'leased' && order.push(held.row.project_id)) },
  });
  for (let i = 0; i < 5; i += 1) {
    const image = await addImage(place, process, { store: 'fast', sizeBytes: 4 * MiB, owner: 'many' });
    await startCopies(process.ctx, { imageId: image.id, stores: ['slow'] });
  }
  const image = await addImage(place, process, { store: 'fast', sizeBytes: 4 * MiB, owner: 'zoe' });
  const [last] = await startCopies(process.ctx, { imageId: image.id, stores: ['slow'] });
  process.runtime.worker.start();
  await transferIn(process, last?.id ?? '', ['done']);
  assert.ok(order.indexOf('zoe') < perStoreLimit, order.join(' '));
});

test('two workers together take no more into one store than it takes at once', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'a' }]);
  const [one, other] = [await openProcess(place), await openProcess(place)];
  const groups: string[] = [];
  for (let i = 0; i < perStoreLimit + 3; i += 1) {
    const image = await addImage(place, one, { store: 'fast', sizeBytes: 1000 });
    const [transfer] = await startCopies(one.ctx, { imageId: image.id, stores: ['a'] });
    groups.push(transfer?.group_id ?? '');
  }
  const taken = await Promise.all(
    groups.map((group, i) =>
      leaseGroups((i % 2 === 0 ? one : other).runtime, async (q, now) => ({
        groupIds: [group],
        busy: await countHeldByStore(q, now),
      })),
    ),
  );
  assert.equal(taken.flat(2).length, perStoreLimit);
});
