/** Two processes on one database do what belongs to one image, or to one quota, one after the other. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { isStowageError } from '#lib/contract/errors.ts';
import { sumImages, sumStores } from '#lib/db/repositories/counters.ts';
import { findImage, findImageRecord } from '#lib/db/repositories/images.ts';
import { insertLocation, listLocations } from '#lib/db/repositories/locations.ts';
import { listTransfersOfImage, sumReserved } from '#lib/db/repositories/transfers.ts';
import { findUploadsOfImage } from '#lib/db/repositories/uploads.ts';
import {
  addImage,
  administrator,
  contextOf,
  locationsOf,
  openPlace,
  openProcess,
  tenant,
  type Place,
  type Process,
  type StoreWish,
  type TestImage,
} from '#lib/transfers/test-support.ts';
import { createTestImage } from './images/test-support.ts';
import { deleteImage } from './images/delete.ts';
import { addTag } from './images/tag.ts';
import { removeLocation } from './locations/remove.ts';
import { startCopies } from './transfers/start-copies.ts';
import { createUpload } from './uploads/create.ts';

async function openTwo(t: TestContext, stores: StoreWish[] = [{ id: 'fast' }, { id: 'archive' }]) {
  const place = await openPlace(t, stores);
  const processes = [await openProcess(place), await openProcess(place)];
  const config = {
    limits: { imageSizeBytes: 2 ** 40, project: {}, stores: {} },
    defaultStore: 'fast',
    stores: [],
  };
  for (const { runtime } of processes) Object.assign(runtime.config, config);
  /** Turn by turn through the one and the other, all at the same time. */
  const atOnce = <Result>(count: number, work: (process: Process, n: number) => Promise<Result>) =>
    Promise.allSettled(Array.from({ length: count }, async (_, n) => work(processes[n % 2] as Process, n)));
  return { place, first: processes[0] as Process, atOnce };
}

function outcomes(results: readonly PromiseSettledResult<unknown>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const result of results) {
    const outcome = result.status === 'fulfilled' ? 'done' : codeOf(result.reason);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

function codeOf(error: unknown): string {
  return isStowageError(error) ? error.code : String(error);
}

/** Gives an image a second proved copy. */
async function duplicate(place: Place, { runtime }: Process, image: TestImage, store: string): Promise<void> {
  const [original] = await listLocations(runtime.db.read, [image.id]);
  assert.ok(original);
  const copy = { ...original, id: randomUUID(), store_id: store, object_key: `${image.id}-copy` };
  await copyFile(
    join(place.directory, original.store_id, original.object_key),
    join(place.directory, store, copy.object_key),
  );
  await runtime.db.transaction((q) => insertLocation(q, copy, 'blue'));
}

test('a quota is never exceeded, however many begin at once', async (t) => {
  const { first, atOnce } = await openTwo(t, [{ id: 'fast', quotaBytes: 1000 }]);
  const begun = await atOnce(30, ({ runtime }) =>
    createUpload(contextOf(runtime, tenant), {
      id: randomUUID(),
      lengthBytes: 100,
      metadata: { name: 'one' },
    }),
  );
  assert.deepEqual(outcomes(begun), { done: 10, store_full: 20 });
  assert.equal((await sumReserved(first.runtime.db.read)).get('fast'), 1000);
});

test('a queued image is taken by one upload', async (t) => {
  const { first, atOnce } = await openTwo(t);
  const image = await createTestImage(contextOf(first.runtime, tenant), { visibility: 'private' });
  const metadata = { name: 'queued', image_id: image.id };
  const taken = await atOnce(8, ({ runtime }) =>
    createUpload(contextOf(runtime, tenant), { id: randomUUID(), lengthBytes: 100, metadata }),
  );
  assert.deepEqual(outcomes(taken), { done: 1, wrong_state: 7 });
  assert.equal((await findUploadsOfImage(first.runtime.db.read, image.id)).length, 1);
});

test('an id is given to one image', async (t) => {
  const { atOnce } = await openTwo(t);
  const id = randomUUID();
  const made = await atOnce(8, ({ runtime }, n) =>
    createTestImage(contextOf(runtime, tenant), { id, name: `try ${n}` }),
  );
  assert.deepEqual(outcomes(made), { done: 1, conflict: 7 });
});

test('of two who remove the two copies of an image, one is refused', async (t) => {
  const { place, first, atOnce } = await openTwo(t);
  const images: TestImage[] = [];
  for (let n = 0; n < 12; n += 1) {
    const image = await addImage(place, first, { store: 'fast', sizeBytes: 4096 });
    await duplicate(place, first, image, 'archive');
    images.push(image);
  }
  const removed = await atOnce(24, ({ runtime }, n) =>
    removeLocation(contextOf(runtime, administrator), {
      imageId: images[Math.floor(n / 2)]?.id ?? '',
      storeId: n % 2 === 0 ? 'fast' : 'archive',
    }),
  );
  assert.deepEqual(outcomes(removed), { done: 12, last_location: 12 });
  for (const { id } of images) assert.equal((await locationsOf(first, id)).size, 1);
  await assertCounted(first);
});

test('who asks for the same copies at once gets the same transfers', async (t) => {
  const { place, first, atOnce } = await openTwo(t, [{ id: 'fast' }, { id: 'a' }, { id: 'b' }]);
  const image = await addImage(place, first, { store: 'fast', sizeBytes: 4096 });
  const asked = await atOnce(10, ({ ctx }, n) =>
    startCopies(ctx, { imageId: image.id, stores: n % 3 ? ['a', 'b'] : ['b', 'a'] }),
  );
  assert.deepEqual(outcomes(asked), { done: 10 });
  const rows = await listTransfersOfImage(first.runtime.db.read, image.id, 100);
  assert.deepEqual(rows.map((row) => row.target_store).toSorted(), ['a', 'b']);
  for (const result of asked) {
    const ids = result.status === 'fulfilled' ? result.value.map(({ id }) => id) : [];
    assert.deepEqual(ids.toSorted(), rows.map(({ id }) => id).toSorted());
  }
});

test('changes of one image at once are all kept', async (t) => {
  const { place, first, atOnce } = await openTwo(t);
  const image = await addImage(place, first, { store: 'fast', sizeBytes: 4096 });
  const changed = await atOnce(20, ({ ctx }, n) => addTag(ctx, image.id, `tag-${n}`));
  assert.deepEqual(outcomes(changed), { done: 20 });
  assert.equal((await findImageRecord(first.runtime.db.read, image.id))?.tags.length, 20);
});

test('an image that is deleted while it is copied leaves nothing that counts', async (t) => {
  const { place, first, atOnce } = await openTwo(t);
  const images: TestImage[] = [];
  for (let n = 0; n < 10; n += 1)
    images.push(await addImage(place, first, { store: 'fast', sizeBytes: 4096 }));
  const done = await atOnce(20, async ({ ctx }, n) => {
    const imageId = images[Math.floor(n / 2)]?.id ?? '';
    if (n % 2 === 0) await startCopies(ctx, { imageId, stores: ['archive'] });
    else await deleteImage(ctx, imageId);
  });
  const { done: went = 0, not_found: late = 0, ...others } = outcomes(done);
  assert.deepEqual({ sum: went + late, others }, { sum: 20, others: {} });
  await first.runtime.reconciler.runOnce();
  await first.runtime.reconciler.runOnce();
  for (const { id } of images) {
    assert.equal(await findImage(first.runtime.db.read, id), null);
    assert.deepEqual(await listLocations(first.runtime.db.read, [id]), []);
    for (const row of await listTransfersOfImage(first.runtime.db.read, id, 10))
      assert.equal(row.state, 'canceled');
  }
  await assertCounted(first);
});

/** The kept counters against what the rows say. */
async function assertCounted({ runtime }: Process): Promise<void> {
  const { db, tables } = runtime.db.read;
  const images = await db.select().from(tables.images);
  const locations = await db.select().from(tables.locations);
  const bytes = (rows: { bytes: number }[]) => rows.reduce((sum, row) => sum + row.bytes, 0);
  const sizes = images.map(({ size_bytes }) => ({ bytes: size_bytes ?? 0 }));
  assert.deepEqual(await sumImages(runtime.db.read, {}), { count: images.length, bytes: bytes(sizes) });
  for (const row of await sumStores(runtime.db.read)) {
    const stored = locations.filter(
      ({ store_id, state }) =>
        store_id === row.store_id && ['active', 'verifying', 'corrupt'].includes(state),
    );
    assert.deepEqual([row.image_count, row.stored_bytes], [stored.length, bytes(stored)]);
  }
}
