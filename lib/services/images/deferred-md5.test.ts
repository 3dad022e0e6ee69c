import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { MiB } from '#lib/contract/limits.ts';
import { findImage, listImagesWithoutMd5 } from '#lib/db/repositories/images.ts';
import { StoreFault } from '#lib/stores/store.ts';
import {
  addImage,
  locationsOf,
  openPlace,
  openProcess,
  type Place,
  type Process,
  type StoreWish,
} from '#lib/transfers/test-support.ts';
import { openDeferredMd5 } from './deferred-md5.ts';

/** A process as after a start, with an image that an earlier one left without an MD5. */
async function open(t: TestContext, stores: StoreWish[]) {
  const place = await openPlace(t, stores);
  const process = await openProcess(place);
  Object.assign(process.runtime.config, { checksumMd5: 'deferred' });
  const image = await addImage(place, process, { store: 'fast', sizeBytes: MiB });
  return { place, process, image, md5: createHash('md5').update(image.bytes).digest('hex') };
}

async function settle(
  t: TestContext,
  { runtime }: Process,
  isSettled: () => Promise<boolean>,
  batchSize = 100,
) {
  const measures = { quietMilliseconds: 1, againAfterMilliseconds: 20, batchSize };
  const deferred = openDeferredMd5(runtime, measures);
  t.after(() => deferred.stop());
  deferred.start();
  for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
    if (await isSettled()) return;
    await delay(10);
  }
}

const md5Of = async ({ runtime }: Process, id: string) => (await findImage(runtime.db.read, id))?.md5;

async function changeCopy(place: Place, process: Process, id: string, bytes: Buffer): Promise<void> {
  const { object_key: key } = (await locationsOf(process, id)).get('fast') ?? { object_key: '' };
  const changed = Buffer.from(bytes);
  changed[4711] = (changed[4711] ?? 0) ^ 1;
  await writeFile(path.join(place.directory, 'fast', key), changed);
}

test('an image that a process left without its MD5 gets it, also when its store does not answer at first', async (t) => {
  let failures = 2;
  const plan: StoreWish['plan'] = ({ name }) =>
    name === 'extents' && (failures -= 1) >= 0
      ? { kind: 'fail', error: new StoreFault('refused', 'fast', 'not now') }
      : null;
  const { process, image, md5 } = await open(t, [{ id: 'fast', plan }]);
  await settle(t, process, async () => (await md5Of(process, image.id)) !== null);
  assert.equal(await md5Of(process, image.id), md5);
});

test('a copy that turns out to be another one gets no MD5 and is named corrupt', async (t) => {
  const { place, process, image } = await open(t, [{ id: 'fast' }]);
  await changeCopy(place, process, image.id, image.bytes);
  const state = async () => (await locationsOf(process, image.id)).get('fast')?.state;
  await settle(t, process, async () => (await state()) !== 'active');
  assert.equal(await state(), 'corrupt');
  assert.equal(await md5Of(process, image.id), null);
});

test('however many images were left without an MD5, all of them get it', async (t) => {
  const { place, process } = await open(t, [{ id: 'fast' }]);
  for (let count = 0; count < 6; count += 1)
    await addImage(place, process, { store: 'fast', sizeBytes: 100 });
  const left = () => listImagesWithoutMd5(process.runtime.db.read, 100);
  assert.equal((await left()).length, 7);
  await settle(t, process, async () => (await left()).length === 0, 2);
  assert.deepEqual(await left(), []);
});
