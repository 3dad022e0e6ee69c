import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { GiB } from '#lib/contract/limits.ts';
import { hasCode } from '#lib/contract/errors.ts';
import type { LimitName } from '#lib/contract/quotas.ts';
import type { Context } from '#lib/runtime/context.ts';
import { createTestImage } from '../images/test-support.ts';
import { deleteImage } from '../images/delete.ts';
import { openTestPlace, pretendStored, type TestPlace } from '../images/test-support.ts';
import { updateImage } from '../images/update.ts';
import { startCopies } from '../transfers/start-copies.ts';
import { createUpload } from '../uploads/create.ts';
import { declareLength } from '../uploads/declare-length.ts';
import { failUpload } from '../uploads/fail.ts';
import { removeUpload } from '../uploads/remove.ts';
import { getUpload } from '../uploads/get.ts';
import { recountAll } from './recount.ts';
import { listProjectUsage } from './list-projects.ts';
import { setLimits } from './set-limits.ts';
import { showUsage, showUsageAsGlance } from './show-usage.ts';

let place: TestPlace;
before(async () => {
  place = await openTestPlace();
});
after(() => place.close());

const createPrivate = (ctx: Context) => createTestImage(ctx, { visibility: 'private' });

const begin = (ctx: Context, lengthBytes: number | null, stores = 'fast') =>
  createUpload(ctx, { id: randomUUID(), lengthBytes, metadata: { name: 'some', stores } });

async function used(ctx: Context, name: LimitName, store: string | null = null): Promise<number> {
  const { figures } = await showUsage(ctx);
  return figures.find((figure) => figure.name === name && figure.store === store)?.used ?? 0;
}

async function countRefused(attempts: Promise<unknown>[]): Promise<number> {
  let refused = 0;
  for (const outcome of await Promise.allSettled(attempts)) {
    if (outcome.status === 'fulfilled') continue;
    assert.ok(hasCode(outcome.reason, 'quota_exceeded'), String(outcome.reason));
    refused += 1;
  }
  return refused;
}

test('two hundred that come at once get exactly what there is', async () => {
  const ctx = place.as('many');
  await setLimits(place.as('operator', 'admin'), 'many', { image_count_total: 20 });
  assert.equal(await countRefused(Array.from({ length: 200 }, () => createPrivate(ctx))), 180);
  assert.equal(await used(ctx, 'image_count_total'), 20);

  const size = place.as('large');
  await setLimits(place.as('operator', 'admin'), 'large', { image_size_total: 20_500 });
  assert.equal(await countRefused(Array.from({ length: 60 }, () => begin(size, 1000))), 40);
  assert.equal(await used(size, 'image_size_total'), 20_000);
});

test('a refusal says what is used, what was asked for and the limit, and changes nothing', async () => {
  const ctx = place.as('told');
  await setLimits(place.as('operator', 'admin'), 'told', { image_size_total: 10_000 });
  await begin(ctx, 4000);
  await assert.rejects(begin(ctx, 3500, 'fast,archive'), {
    code: 'quota_exceeded',
    message:
      'The project is over its limit image_size_total: 4000 of 10000 bytes are used, and 7000 more were asked for.',
    retryAfterSeconds: undefined,
  });
  assert.equal(await used(ctx, 'image_count_total'), 1);
  await begin(ctx, 6000);
});

test('what is given up, failed or deleted is given back', async () => {
  const ctx = place.as('back');
  await setLimits(place.as('operator', 'admin'), 'back', { image_count_uploading: 2 });
  const [one, other] = [await begin(ctx, 1000), await begin(ctx, 1000)];
  await assert.rejects(begin(ctx, 1000), { code: 'quota_exceeded', retryAfterSeconds: 10 });
  await removeUpload(ctx, one.id);
  assert.equal(await used(ctx, 'image_size_total'), 1000);
  const failure = Object.assign(new Error('no'), { code: 'internal', message: 'no', remedy: undefined });
  await failUpload(ctx, await getUpload(ctx, other.id, 'read'), failure as never);
  assert.equal(await used(ctx, 'image_size_total'), 0);
  assert.equal(await used(ctx, 'image_count_uploading'), 0);
  const { id } = await createPrivate(ctx);
  await pretendStored(place.runtime, id, ['fast'], 5000);
  assert.equal(await used(ctx, 'image_size_total'), 5000);
  await deleteImage(ctx, id);
  assert.equal(await used(ctx, 'image_size_total'), 0);
});

test('a length that is said later is charged then', async () => {
  const ctx = place.as('later');
  await setLimits(place.as('operator', 'admin'), 'later', { image_size_total: 1000 });
  const upload = await begin(ctx, null);
  await assert.rejects(declareLength(ctx, { uploadId: upload.id, lengthBytes: 1001 }), {
    code: 'quota_exceeded',
  });
  await declareLength(ctx, { uploadId: upload.id, lengthBytes: 1000 });
  assert.equal(await used(ctx, 'image_size_total'), 1000);
});

test('copies by an administrator are charged to the owner, in each store and altogether', async () => {
  const [ctx, operator] = [place.as('copied'), place.as('operator', 'admin')];
  const { id } = await createPrivate(ctx);
  await pretendStored(place.runtime, id, ['fast'], 5000);
  await setLimits(operator, 'copied', { stores: { archive: { image_size_total: 4999 } } });
  await assert.rejects(startCopies(operator, { imageId: id, stores: ['archive'] }), {
    message: /in the store "archive": 0 of 4999 bytes are used, and 5000 more were asked for/,
  });
  await setLimits(operator, 'copied', { image_size_total: 10_000 });
  await startCopies(operator, { imageId: id, stores: ['archive'] });
  assert.equal(await used(ctx, 'image_size_total'), 10_000);
  assert.equal(await used(ctx, 'image_size_total', 'archive'), 5000);
});

test('an image that is given away takes its bytes along, if there is room', async () => {
  const [giver, operator] = [place.as('giver'), place.as('operator', 'admin')];
  const { id } = await createPrivate(giver);
  await pretendStored(place.runtime, id, ['fast', 'archive'], 700);
  await setLimits(operator, 'taker', { image_size_total: 1399 });
  const give = () => updateImage(operator, id, (before) => ({ ...before, ownerId: 'taker' }));
  await assert.rejects(give(), { code: 'quota_exceeded' });
  await setLimits(operator, 'taker', { image_size_total: 1400 });
  await give();
  assert.equal(await used(giver, 'image_size_total'), 0);
  assert.equal(await used(place.as('taker'), 'image_size_total'), 1400);
});

test('the Images API is told in its units, and nothing while there is no limit', async () => {
  const ctx = place.as('shown');
  assert.deepEqual(await showUsageAsGlance(ctx), { usage: {} });
  await setLimits(place.as('operator', 'admin'), 'shown', { image_size_total: 2 * GiB });
  await begin(ctx, 3_000_000);
  assert.deepEqual(await showUsageAsGlance(ctx), {
    usage: {
      image_size_total: { usage: 3, limit: 2048 },
      image_stage_total: { usage: 0, limit: -1 },
      image_count_total: { usage: 1, limit: -1 },
      image_count_uploading: { usage: 1, limit: -1 },
    },
  });
});

test('only administrators set limits, and of stores that are there', async () => {
  await assert.rejects(setLimits(place.as('greedy'), 'greedy', {}), { code: 'forbidden' });
  await assert.rejects(setLimits(place.as('operator', 'admin'), 'greedy', { stores: { attic: {} } }), {
    code: 'unknown_store',
  });
});

// The last one: over everything that the others have left behind.
test('a recount agrees with what was kept, and corrects what was not', async () => {
  assert.equal(await recountAll(place.runtime), 0);
  await place.runtime.db.transaction(async (q) => {
    await q.db.update(q.tables.project_usage).set({ used: 12_345 });
  });
  assert.ok((await recountAll(place.runtime)) > 5);
  assert.equal(await recountAll(place.runtime), 0);
  assert.equal(await used(place.as('many'), 'image_count_total'), 20);
});

test('a project that has limits of its own is listed though it uses nothing, with what is without a limit', async () => {
  const operator = place.as('operator', 'admin');
  await setLimits(operator, 'unused', { stores: { archive: { image_size_total: null } } });
  const { projects } = await listProjectUsage(operator, { after: '' });
  const figures = projects.find(({ project }) => project.id === 'unused')?.figures ?? [];
  assert.deepEqual(
    figures.find(({ store }) => store === 'archive'),
    { store: 'archive', name: 'image_size_total', used: 0, limit: null, from: 'project' },
  );
  const ids = projects.map(({ project }) => project.id);
  assert.deepEqual(ids, [...new Set(ids)].toSorted(), 'each once, in the order of pages');
});
