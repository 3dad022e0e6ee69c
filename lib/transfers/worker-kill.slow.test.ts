import assert from 'node:assert/strict';
import { link } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { leaseSeconds, MiB } from '#lib/contract/limits.ts';
import { startCopies } from '#lib/services/transfers/start-copies.ts';
import { steps, type Step } from './job.ts';
import {
  addImage,
  findBroken,
  locationsOf,
  openPlace,
  openProcess,
  transferIn,
  type Place,
  type Process,
} from './test-support.ts';

/** A process that is dead from the moment in which one of its transfers reaches the step. */
async function openDoomed(place: Place, deadly: Step): Promise<{ process: Process; death: Promise<void> }> {
  const { promise: death, resolve } = Promise.withResolvers<void>();
  const process = await openProcess(place, {
    hooks: {
      at(step) {
        if (step !== deadly) return undefined;
        process.kill();
        resolve();
        return new Promise(() => undefined);
      },
    },
  });
  return { process, death };
}

for (const clones of [false, true]) {
  for (const step of steps) {
    if ((clones ? ['durable', 'before-commit'] : ['committed-recorded']).includes(step)) continue;
    const way = clones ? 'clones' : 'streams';
    test(
      `killed at "${step}" of a move that ${way}, the next process ends it`,
      { timeout: 60_000 },
      async (t) => {
        const place = await openPlace(t, [{ id: 'fast' }, { id: 'a', clones }, { id: 'b', clones }]);
        const { process: first, death } = await openDoomed(place, step);
        const image = await addImage(place, first, {
          store: 'fast',
          sizeBytes: step === 'durable' ? 66 * MiB : 3 * MiB,
        });
        const ids = (
          await startCopies(first.ctx, { imageId: image.id, stores: ['a', 'b'], moveFrom: 'fast' })
        ).map(({ id }) => id);
        first.runtime.worker.start();
        await death;

        const second = await openProcess(place);
        // At any moment there is a proved copy, and what counts is right.
        assert.deepEqual(await wrongCopies(place, second, image), []);
        second.runtime.worker.start();
        for (const id of ids) {
          const row = await transferIn(second, id, ['done', 'failed', 'canceled'], 40_000);
          assert.equal(row.state, 'done', row.error ?? '');
        }
        assert.deepEqual(await findBroken(place, second, [image]), []);
        const locations = await locationsOf(second, image.id);
        assert.deepEqual([...locations.keys()].toSorted(), ['a', 'b']);
        for (const location of locations.values()) assert.equal(location.state, 'active');
      },
    );
  }
}

test('killed between the two names of a commit, the next process leaves one of them', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }, { id: 'a' }]);
  const { process: first, death } = await openDoomed(place, 'after-commit');
  const image = await addImage(place, first, { store: 'fast', sizeBytes: MiB });
  const [copy] = await startCopies(first.ctx, { imageId: image.id, stores: ['a'] });
  first.runtime.worker.start();
  await death;
  const key = (await locationsOf(first, image.id)).get('a')?.object_key ?? '';
  await link(path.join(place.directory, 'a', key), path.join(place.directory, 'a', `.${key}.part`));
  const second = await openProcess(place);
  second.runtime.worker.start();
  await transferIn(second, copy?.id ?? '', ['done']);
  assert.deepEqual(await findBroken(place, second, [image]), []);
});

async function wrongCopies(
  place: Place,
  process: Process,
  image: Parameters<typeof findBroken>[2][number],
): Promise<string[]> {
  const { storedBytes } = await import('./test-support.ts');
  const active = [...(await locationsOf(process, image.id)).values()].filter(
    ({ state, verified_at }) => state === 'active' && verified_at !== null,
  );
  const wrong = active.length === 0 ? ['there is no proved copy'] : [];
  for (const location of active) {
    if (!(await storedBytes(place, location)).equals(image.bytes)) wrong.push(location.store_id);
  }
  return wrong;
}

test(
  'a worker that was frozen and wakes up cannot commit what its successor did',
  { timeout: 60_000 },
  async (t) => {
    const place = await openPlace(t, [{ id: 'fast' }, { id: 'a', clones: false }]);
    const wake = Promise.withResolvers<void>();
    const frozen = Promise.withResolvers<void>();
    const awake = Promise.withResolvers<void>();
    const first = await openProcess(place, {
      hooks: {
        async at(step, held) {
          if (step !== 'before-conclusion') return;
          frozen.resolve();
          await wake.promise;
          void held.settled.then(awake.resolve);
        },
      },
    });
    const image = await addImage(place, first, { store: 'fast', sizeBytes: 3 * MiB });
    const [started] = await startCopies(first.ctx, { imageId: image.id, stores: ['a'] });
    const id = started?.id ?? '';
    first.runtime.worker.start();
    await frozen.promise;

    // Its lease has run out; on the same machine its successor finds the number of the process under another name.
    const second = await openProcess(place, { now: () => Date.now() + (leaseSeconds + 1) * 1000 });
    second.runtime.worker.start();
    const row = await transferIn(second, id, ['done']);
    const before = (await locationsOf(second, image.id)).get('a');
    wake.resolve();
    await awake.promise;
    const after = (await locationsOf(second, image.id)).get('a');
    assert.deepEqual(after, before);
    const again = await transferIn(second, id, ['done']);
    assert.deepEqual(again, row);
    assert.deepEqual(await findBroken(place, second, [image]), []);
  },
);
