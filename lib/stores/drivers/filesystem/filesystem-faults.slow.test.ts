import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { describe, test } from 'node:test';
import path from 'node:path';
import { MiB } from '#lib/contract/limits.ts';
import {
  assertFault,
  assertSameBytes,
  collect,
  marker,
  patternBytes,
  put,
  readAll,
} from '../../conformance/place.ts';
import { forEveryCall, seededRandom } from '../../fault-store.ts';
import { guardStore } from '../../guarded-store.ts';
import { isStoreFault, type DurablePoint, type GuardedStore } from '../../store.ts';
import { FaultLayer, type HitCall } from './fault-layer.ts';
import { FilesystemStore } from './filesystem-store.ts';
import { LossyLayer } from './lossy-layer.ts';
import { mountSmall, openDirectories } from './testing.ts';

const bytes = Buffer.concat([patternBytes(200_000, 1), Buffer.alloc(300_000), patternBytes(700_001, 2)]);

interface Scene {
  /** Its one call fails. */
  hit: GuardedStore;
  layer: FaultLayer;
  /** The same place without faults: what comes after a restart. */
  healthy: GuardedStore;
}

/** Runs the workload once for each call of the file layer that it makes, failing before and after its work. */
async function failEveryCall(
  prepare: (healthy: GuardedStore) => Promise<void>,
  workload: (scene: Scene) => Promise<void>,
): Promise<number> {
  let hits = 0;
  for (const when of ['before', 'after'] as const) {
    for (const code of ['EIO', 'ENOSPC']) {
      hits += await forEveryCall(async (number) => {
        const place = await openDirectories();
        const hitCall: HitCall = { number, code, when };
        const layer = new FaultLayer(hitCall);
        const options = { path: place.path, shared: false };
        const healthy = guardStore(await place.open());
        try {
          await healthy.writeMarker(marker('store'));
          await prepare(healthy);
          await workload({ hit: guardStore(new FilesystemStore('store', options, layer)), layer, healthy });
          assert.equal(layer.openFiles, 0, `files stay open after call ${number} failed ${when} its work`);
          return { wasReached: layer.wasHit };
        } catch (error) {
          throw new Error(`call ${number} failing with ${code} ${when} its work`, { cause: error });
        } finally {
          await place.remove();
        }
      });
    }
  }
  return hits;
}

/** Whole and right, or not there at all. */
async function assertWholeOrAbsent(store: GuardedStore, key: string, expected: Buffer): Promise<boolean> {
  try {
    assertSameBytes(await readAll(store, key), expected, key);
    return true;
  } catch (error) {
    if (isStoreFault(error, 'not-found')) return false;
    throw error;
  }
}

describe('whichever call of the file system fails', () => {
  test('a written object is whole or not there, and goes on at its durable offset', async (context) => {
    const hits = await failEveryCall(
      async () => undefined,
      async ({ hit, healthy }) => {
        let durable: DurablePoint | null = null;
        let wasCommitted = false;
        const writer = await hit.begin('image-1', { sizeBytes: bytes.length }).catch(() => null);
        try {
          await writer?.append([bytes.subarray(0, 200_000)]);
          durable = (await writer?.flush()) ?? null;
          await writer?.appendZeros(300_000);
          await writer?.append([bytes.subarray(500_000, 800_000), bytes.subarray(800_000)]);
          await writer?.commit();
          wasCommitted = writer !== null;
        } catch (error) {
          assert.ok(isStoreFault(error), String(error));
        }
        await writer?.close();
        const isThere = await assertWholeOrAbsent(healthy, 'image-1', bytes);
        if (wasCommitted) assert.ok(isThere, 'what was committed is there');
        if (isThere || durable === null) {
          await healthy.discard('image-1', null);
        } else {
          const later = await healthy.resume('image-1', { ...durable, sizeBytes: null });
          assert.equal(later.position, 200_000);
          await later.append([bytes.subarray(200_000)]);
          await later.commit();
        }
        const left = await collect(healthy.list());
        assert.deepEqual(
          left.map(({ key, unfinished }) => ({ key, unfinished })),
          isThere || durable !== null ? [{ key: 'image-1', unfinished: false }] : [],
        );
        if (left.length > 0) assertSameBytes(await readAll(healthy, 'image-1'), bytes);
      },
    );
    context.diagnostic(`${hits} calls failed`);
  });

  test('an abandoned object is gone once abandon or discard succeeds, a committed one stays', () =>
    failEveryCall(
      (healthy) => put(healthy, 'image-0', patternBytes(10, 1)),
      async ({ hit, healthy }) => {
        const writer = await hit.begin('image-1', { sizeBytes: null }).catch(() => null);
        await writer?.append([bytes]).catch(() => undefined);
        const wasAbandoned = await writer?.abandon().then(
          () => true,
          () => false,
        );
        const before = (await collect(healthy.list())).map(({ key }) => key);
        if (wasAbandoned) assert.deepEqual(before, ['image-0']);
        await healthy.discard('image-1', null);
        assert.deepEqual(
          (await collect(healthy.list())).map(({ key }) => key),
          ['image-0'],
        );
      },
    ).then(() => undefined));

  test('a copy is whole or not there, and its source untouched', () =>
    failEveryCall(
      async (healthy) => {
        const writer = await healthy.begin('source', { sizeBytes: null });
        await writer.append([bytes.subarray(0, 200_000)]);
        await writer.appendZeros(300_000);
        await writer.append([bytes.subarray(500_000)]);
        await writer.commit();
      },
      async ({ hit, healthy }) => {
        const request = { sourceKey: 'source', key: 'copy', sizeBytes: bytes.length, from: null };
        const wasCopied = await hit.clone(hit, request).then(
          () => true,
          (error: unknown) => {
            assert.ok(isStoreFault(error), String(error));
            return false;
          },
        );
        const isThere = await assertWholeOrAbsent(healthy, 'copy', bytes);
        if (wasCopied) assert.ok(isThere);
        assertSameBytes(await readAll(healthy, 'source'), bytes, 'the source');
        if (!isThere) {
          const unfinished = (await collect(healthy.list())).some((object) => object.unfinished);
          const from = unfinished ? { durableBytes: 0, resumeState: null } : null;
          await healthy.clone(healthy, { ...request, from });
        }
        await healthy.discard('copy', null);
        assertSameBytes(await readAll(healthy, 'copy'), bytes);
      },
    ).then(() => undefined));

  test('a removal has happened or can be done again', () =>
    failEveryCall(
      (healthy) => put(healthy, 'image-1', bytes),
      async ({ hit, healthy }) => {
        const wasRemoved = await hit.remove('image-1').then(
          () => true,
          () => false,
        );
        const isThere = await assertWholeOrAbsent(healthy, 'image-1', bytes);
        if (wasRemoved) assert.ok(!isThere);
        if (isThere) await healthy.remove('image-1');
        assert.deepEqual(await collect(healthy.list()), []);
      },
    ).then(() => undefined));

  test('a read gives the right bytes or an error, never fewer', () =>
    failEveryCall(
      (healthy) => put(healthy, 'image-1', bytes),
      async ({ hit }) => {
        let got: Buffer;
        try {
          got = await readAll(hit, 'image-1', { offset: 5, length: bytes.length - 5 });
        } catch (error) {
          assert.ok(isStoreFault(error), String(error));
          return;
        }
        assertSameBytes(got, bytes.subarray(5));
      },
    ).then(() => undefined));

  test('a list is complete or an error', () =>
    failEveryCall(
      async (healthy) => {
        for (let index = 0; index < 4; index++) await put(healthy, `image-${index}`, patternBytes(10, index));
      },
      async ({ hit }) => {
        const listed = await collect(hit.list()).catch(() => null);
        if (listed !== null) assert.equal(listed.length, 4);
      },
    ).then(() => undefined));
});

describe('when the machine loses power', () => {
  for (const ignoring of ['nothing', 'file syncs', 'directory syncs'] as const) {
    const title =
      ignoring === 'nothing'
        ? 'what was acknowledged is there'
        : `a driver that forgot its ${ignoring} would be found out`;
    test(title, async (context) => {
      const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
      context.diagnostic(`seed ${seed}`);
      const random = seededRandom(seed);
      const run = async () => {
        for (let round = 0; round < 60; round++) await losePower(random, ignoring);
      };
      if (ignoring === 'nothing') await run();
      else await assert.rejects(run, 'a loss went unnoticed');
    });
  }

  async function losePower(random: () => number, ignoring: LossyLayer['ignoring']): Promise<void> {
    const place = await openDirectories();
    const graveyard = path.join(path.dirname(place.path), 'graveyard');
    await mkdir(graveyard);
    const layer = new LossyLayer(place.path, graveyard);
    const store = guardStore(new FilesystemStore('store', { path: place.path, shared: false }, layer));
    const size = 150_000;
    const expected = patternBytes(size, Math.floor(random() * 1000));
    try {
      await store.writeMarker(marker('store'));
      layer.ignoring = ignoring;
      await put(store, 'image-0', expected);
      await put(store, 'gone', expected);
      await store.remove('gone');
      await store.clone(store, { sourceKey: 'image-0', key: 'copy', sizeBytes: size, from: null });
      const writer = await store.begin('image-1', { sizeBytes: size });
      let durable: DurablePoint | null = null;
      let isCommitted = false;
      const steps = Math.floor(random() * 8);
      for (let step = 0; step < steps; step++) {
        const end = Math.min(size, writer.position + Math.floor(random() * 60_000));
        await writer.append([expected.subarray(writer.position, end)]);
        if (random() < 0.5) durable = await writer.flush();
        if (end < size) continue;
        await writer.commit();
        isCommitted = true;
        break;
      }
      await writer.close();
      await layer.loseUnsynced(random);

      const later = guardStore(await place.open(), { expectedMarker: () => marker('store') });
      assertSameBytes(await readAll(later, 'image-0'), expected, 'a committed object');
      assertSameBytes(await readAll(later, 'copy'), expected, 'a copy');
      await assertFault('not-found', () => later.stat('gone'));
      if (isCommitted) {
        assertSameBytes(await readAll(later, 'image-1'), expected, 'the last committed object');
      } else if (durable !== null) {
        const resumed = await later.resume('image-1', { ...durable, sizeBytes: size });
        await resumed.append([expected.subarray(resumed.position)]);
        await resumed.commit();
        assertSameBytes(await readAll(later, 'image-1'), expected, 'a resumed object');
      }
    } finally {
      await place.remove();
    }
  }
});

test('says that the disk is full, keeps what is durable, and goes on when there is space again', async (context) => {
  const mounted = await mountSmall('tmpfs', 16);
  if ('reason' in mounted) return context.skip(mounted.reason);
  const place = await openDirectories(mounted.path);
  try {
    const store = guardStore(await place.open());
    await store.writeMarker(marker('store'));
    const filler = patternBytes(6 * MiB, 1);
    const image = patternBytes(12 * MiB, 2);
    await put(store, 'filler', filler);
    const writer = await store.begin('image-1', { sizeBytes: image.length });
    await writer.append([image.subarray(0, 3 * MiB)]);
    const durable = await writer.flush();
    await assertFault('full', async () => {
      for (let offset = 3 * MiB; offset < image.length; offset += MiB) {
        await writer.append([image.subarray(offset, offset + MiB)]);
      }
    });
    await writer.close();
    assertSameBytes(await readAll(store, 'filler'), filler, 'what was there before');
    await assertFault('full', () =>
      store.clone(store, { sourceKey: 'filler', key: 'copy', sizeBytes: filler.length, from: null }),
    );
    await store.discard('copy', null);
    assert.ok(((await store.capacity())?.freeBytes ?? Infinity) < MiB);
    await store.remove('filler');
    const later = await store.resume('image-1', { ...durable, sizeBytes: image.length });
    await later.append([image.subarray(later.position)]);
    await later.commit();
    assertSameBytes(await readAll(store, 'image-1'), image);
  } finally {
    await place.remove();
    await mounted.unmount();
  }
});
