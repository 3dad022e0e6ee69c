import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { hasCode } from '#lib/contract/errors.ts';
import { MiB } from '#lib/contract/limits.ts';
import { inspectObject } from './inspect-object.ts';
import { openRoad } from './road.ts';
import { beginIn, chunksOf, openBench, roadOptions } from './test-support.ts';

/** The header of a qcow2 v2 of 1 GiB, which needs `backingFile` if one is named. */
function qcow2(backingFile = ''): Buffer {
  const image = Buffer.alloc(4 * MiB);
  image.write('QFI\xfb', 0, 'latin1');
  image.writeUInt32BE(2, 4);
  if (backingFile !== '') {
    image.writeBigUInt64BE(1024n, 8);
    image.writeUInt32BE(backingFile.length, 16);
    image.write(backingFile, 1024, 'latin1');
  }
  image.writeUInt32BE(16, 20);
  image.writeBigUInt64BE(1024n * 1024n * 1024n, 24);
  image.writeUInt32BE(2, 36);
  image.writeBigUInt64BE(65536n, 40);
  image.writeBigUInt64BE(131072n, 48);
  image.writeUInt32BE(1, 56);
  image.set(randomBytes(2 * MiB), 2 * MiB);
  return image;
}

test('stops an unsafe image within its first MiB', async (t) => {
  const bench = await openBench(t);
  const road = await openRoad(
    roadOptions(await beginIn([await bench.store()], 'image'), { inspect: true }),
    bench,
  );
  const refused = (error: unknown) =>
    hasCode(error, 'unsafe_image') &&
    error instanceof Error &&
    'remedy' in error &&
    error.remedy !== undefined;
  await assert.rejects(async () => {
    for (const chunk of chunksOf(qcow2('/etc/shadow'), 64 * 1024)) await road.write(chunk);
  }, refused);
  assert.ok(road.position <= MiB, `${road.position}`);
  await assert.rejects(road.write(randomBytes(1)), refused);
  await road.close();
});

test('goes on inspecting from the snapshot of a durable point, and not without one', async (t) => {
  const bench = await openBench(t);
  const store = await bench.store();
  const image = qcow2();
  let inspectorSnapshot: string | null = null;
  const first = await openRoad(
    roadOptions(await beginIn([store], 'image'), {
      inspect: true,
      onDurable: async (progress) => {
        inspectorSnapshot = progress.inspectorSnapshot;
      },
    }),
    bench,
  );
  await first.write(image.subarray(0, 50));
  const { durableBytes: startOffset } = await first.close();
  assert.equal(startOffset, 50);
  assert.notEqual(inspectorSnapshot, null);
  const snapshot: string = inspectorSnapshot ?? '';
  for (const known of [false, true]) {
    const writer = await store.resume('image', {
      sizeBytes: null,
      durableBytes: startOffset,
      resumeState: null,
    });
    const road = await openRoad(
      roadOptions([{ storeId: store.id, writer }], {
        startOffset,
        inspect: true,
        ...(known ? { inspectorSnapshot: snapshot } : {}),
      }),
      bench,
    );
    for (const chunk of chunksOf(image.subarray(startOffset), 300_000)) await road.write(chunk);
    const { inspection } = await road.finish();
    if (known) {
      await writer.commit();
      assert.equal(inspection?.format, 'qcow2');
      assert.equal(inspection.virtualSizeBytes, 1024 * MiB);
    } else assert.equal(inspection, null);
    await road.close();
  }
  const inspection = await inspectObject(store, 'image', { sizeBytes: image.length });
  assert.equal(inspection.format, 'qcow2');
  assert.equal(inspection.refusal, null);
});
