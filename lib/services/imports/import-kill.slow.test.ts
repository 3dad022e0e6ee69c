/** A process that dies at any point of a staging or an import: what another one makes of it. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { leaseSeconds, MiB } from '#lib/contract/limits.ts';
import type { Step } from '#lib/transfers/job.ts';
import {
  findBroken,
  locationsOf,
  openPlace,
  openProcess,
  type Process,
} from '#lib/transfers/test-support.ts';
import { sweepUploads } from '../uploads/expire.ts';
import { actThrough } from './test-support.ts';

const sha512 = (bytes: Uint8Array) => createHash('sha512').update(bytes).digest('hex');

for (const deadly of ['begin', 'append', 'commit'] as const) {
  test(`killed at "${deadly}" while an image is staged, the image is queued again`, async (t) => {
    const death = Promise.withResolvers<void>();
    let doomed: Process | null = null;
    const place = await openPlace(t, [
      {
        id: 'fast',
        plan({ name }) {
          if (doomed === null || name !== deadly) return null;
          doomed.kill();
          death.resolve();
          return { kind: 'fail-after', error: new Error('the process is dead') };
        },
      },
    ]);
    const first = await openProcess(place);
    const before = actThrough(t, first);
    const { id } = await before.create();
    doomed = first;
    before.stage(id, randomBytes(2 * MiB)).catch(() => undefined);
    await death.promise;
    doomed = null;

    const second = await openProcess(place, { now: () => Date.now() + (2 * leaseSeconds + 1) * 1000 });
    const after = actThrough(t, second);
    assert.equal((await after.image(id)).status, 'uploading');
    await sweepUploads(second.runtime);
    assert.equal((await after.image(id)).status, 'queued');
    const bytes = randomBytes(1000);
    await after.stage(id, bytes);
    await after.start(id, ['fast']);
    assert.equal((await after.image(id)).status, 'active');
    assert.deepEqual(await findBroken(place, second, [{ id, bytes, sha512: sha512(bytes) }]), []);
  });
}

const steps: Step[] = [
  'leased',
  'opened',
  'before-commit',
  'after-commit',
  'before-conclusion',
  'after-conclusion',
];
for (const deadly of steps) {
  test(`killed at "${deadly}" of an import, the next process ends it`, { timeout: 60_000 }, async (t) => {
    const death = Promise.withResolvers<void>();
    const place = await openPlace(t, [
      { id: 'fast' },
      { id: 'a', clones: false },
      { id: 'b', clones: false },
    ]);
    const first = await openProcess(place, {
      hooks: {
        at(step) {
          if (step !== deadly) return undefined;
          first.kill();
          death.resolve();
          return new Promise(() => undefined);
        },
      },
    });
    const before = actThrough(t, first);
    const { id } = await before.create();
    const bytes = randomBytes(2 * MiB);
    await before.stage(id, bytes);
    await before.start(id, ['a', 'b']);
    first.runtime.worker.start();
    await death.promise;

    const second = await openProcess(place);
    const after = actThrough(t, second);
    second.runtime.worker.start();
    assert.equal((await after.ended(id)).status, 'success');
    assert.equal((await after.image(id)).status, 'active');
    assert.deepEqual(await findBroken(place, second, [{ id, bytes, sha512: sha512(bytes) }]), []);
    assert.deepEqual([...(await locationsOf(second, id)).keys()].toSorted(), ['a', 'b']);
  });
}
