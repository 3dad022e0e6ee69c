/** What waits for an import is charged apart from what the stores keep, and moves over when it is imported. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { systemActor } from '#lib/auth/actor.ts';
import { uploadExpirySeconds } from '#lib/contract/limits.ts';
import { contextOf, openPlace, openProcess, type StoreWish } from '#lib/transfers/test-support.ts';
import { deleteImage } from '../images/delete.ts';
import { actThrough } from '../imports/test-support.ts';
import { sweepUploads } from '../uploads/expire.ts';
import { recountAll } from './recount.ts';
import { setLimits } from './set-limits.ts';
import { showUsage } from './show-usage.ts';

async function open(t: TestContext, now?: () => number) {
  const full: StoreWish['plan'] = ({ name }) =>
    name.includes('append')
      ? { kind: 'fail', error: Object.assign(new Error('x'), { code: 'ENOSPC' }) }
      : null;
  const stores = [{ id: 'fast' }, { id: 'a', clones: false }, { id: 'full', clones: false, plan: full }];
  const process = await openProcess(await openPlace(t, stores), { now });
  process.runtime.worker.start();
  const acts = actThrough(t, process);
  const operator = contextOf(process.runtime, systemActor);
  /** Bytes that wait and bytes that are kept, all stores together. */
  const used = async () => {
    const { figures } = await showUsage(acts.ctx);
    const of = (wanted: string) =>
      figures.find(({ name, store }) => name === wanted && store === null)?.used ?? 0;
    return [of('image_stage_total'), of('image_size_total')];
  };
  const limit = (limits: { image_stage_total?: number; image_size_total?: number }) =>
    setLimits(operator, acts.ctx.actor.projectId, limits);
  return { ...acts, runtime: process.runtime, used, limit };
}

test('staged bytes are charged, refused beyond the limit, and move to what the stores keep', async (t) => {
  const { ctx, runtime, create, image, stage, start, ended, used, limit } = await open(t);
  await limit({ image_stage_total: 1000, image_size_total: 1500 });
  const [one, two] = [await create(), await create()];
  await stage(one.id, randomBytes(700));
  assert.deepEqual(await used(), [700, 0]);
  // One says how long it will be, the other is measured as it comes.
  for (const size of [301, null]) {
    await assert.rejects(stage(two.id, randomBytes(301), size), {
      code: 'quota_exceeded',
      message:
        'The project is over its limit image_stage_total: 700 of 1000 bytes are used, and 301 more were asked for.',
    });
    assert.equal((await image(two.id)).status, 'queued');
    assert.deepEqual(await used(), [700, 0]);
  }
  await stage(two.id, randomBytes(300), null);
  assert.deepEqual(await used(), [1000, 0]);

  // Three copies would be too much, and then nothing of it has begun.
  await assert.rejects(start(one.id, ['fast', 'a', 'full']), {
    code: 'quota_exceeded',
    message: /image_size_total: 0 of 1500 bytes are used, and 2100 more/,
  });
  assert.deepEqual([(await image(one.id)).status, await used()], ['uploading', [1000, 0]]);
  // Where it was staged it stays; elsewhere it is copied, and what was staged goes.
  await start(one.id, ['fast']);
  assert.deepEqual([(await image(one.id)).status, await used()], ['active', [300, 700]]);
  await start(two.id, ['a']);
  assert.equal((await ended(two.id)).status, 'success');
  assert.deepEqual(await used(), [0, 1000]);
  for (const { id } of [one, two]) await deleteImage(ctx, id);
  assert.deepEqual(await used(), [0, 0]);
  assert.equal(await recountAll(runtime), 0);
});

test('what is staged is given back when its image is deleted, when it expires and when other bytes come', async (t) => {
  let clock = Date.now();
  const { ctx, runtime, create, stage, put, used, limit } = await open(t, () => clock);
  await limit({ image_stage_total: 1000 });
  const { id: deleted } = await create();
  await stage(deleted, randomBytes(1000));
  await deleteImage(ctx, deleted);
  assert.deepEqual(await used(), [0, 0]);
  const { id: expired } = await create();
  await stage(expired, randomBytes(1000));
  clock += (uploadExpirySeconds + 60) * 1000;
  assert.equal((await sweepUploads(runtime)).expired, 1);
  assert.deepEqual(await used(), [0, 0]);
  await stage(expired, randomBytes(1000));
  assert.deepEqual(await used(), [1000, 0]);
  await deleteImage(ctx, expired);
  const { id: other } = await create();
  await put(other, randomBytes(10));
  assert.deepEqual(await used(), [0, 10]);
  assert.equal(await recountAll(runtime), 0);
});

test('an import that fails leaves the bytes staged and charged as before', async (t) => {
  const { runtime, create, image, stage, put, start, ended, used, limit } = await open(t);
  await limit({ image_stage_total: 1000, image_size_total: 2000 });
  const { id } = await create();
  await stage(id, randomBytes(1000));
  await start(id, ['fast', 'full']);
  assert.equal((await ended(id)).status, 'failure');
  assert.equal((await image(id)).status, 'queued');
  assert.deepEqual(await used(), [1000, 0]);
  assert.equal(await recountAll(runtime), 0);
  await put(id, randomBytes(10));
  assert.deepEqual(await used(), [0, 10]);
  assert.equal(await recountAll(runtime), 0);
});
