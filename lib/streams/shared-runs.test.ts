import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedRuns } from './shared-runs.ts';

/** Runs that end when they are told to. */
function told(patienceMilliseconds?: number) {
  const runs: PromiseWithResolvers<number>[] = [];
  const shared = new SharedRuns(() => {
    const run = Promise.withResolvers<number>();
    runs.push(run);
    return run.promise;
  }, patienceMilliseconds);
  return { runs, shared };
}

const soon = () => new Promise((resolve) => setImmediate(resolve));

test('gives everybody a run that begins after the asking, and one to all who wait for it', async () => {
  const { runs, shared } = told();
  const first = shared.run();
  const [second, third] = [shared.run(), shared.run()];
  await soon();
  assert.equal(runs.length, 1);
  runs[0]?.resolve(1);
  assert.equal(await first, 1);
  await soon();
  assert.equal(runs.length, 2);
  const fourth = shared.run();
  runs[1]?.resolve(2);
  assert.deepEqual(await Promise.all([second, third]), [2, 2]);
  await soon();
  runs[2]?.resolve(3);
  assert.equal(await fourth, 3);
});

test('fails for those alone who shared the run that failed', async () => {
  const { runs, shared } = told();
  const first = assert.rejects(shared.run(), /broken/);
  const second = shared.run();
  runs[0]?.reject(new Error('broken'));
  await first;
  await soon();
  runs[1]?.resolve(2);
  assert.equal(await second, 2);
});

test('waits for a run that hangs no longer than its patience', async () => {
  const { runs, shared } = told(20);
  const first = shared.run();
  const second = shared.run();
  while (runs.length < 2) await soon();
  runs[1]?.resolve(2);
  assert.equal(await second, 2);
  const third = shared.run();
  assert.equal(runs.length, 3);
  runs[0]?.resolve(1);
  runs[2]?.resolve(3);
  assert.deepEqual(await Promise.all([first, third]), [1, 3]);
});
