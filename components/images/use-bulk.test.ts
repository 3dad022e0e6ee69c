import assert from 'node:assert/strict';
import test from 'node:test';
import { runBulk } from './use-bulk.ts';

test('one failure stops none of the others, and is told with its item', async () => {
  const result = await runBulk([1, 2, 3, 4, 5, 6], async (item) => {
    if (item === 3) throw new Error('no room');
    return item * 10;
  });
  assert.deepEqual(result.done.map(({ item }) => item).toSorted(), [1, 2, 4, 5, 6]);
  assert.deepEqual(
    result.failed.map(({ item, error }) => [item, (error as Error).message]),
    [[3, 'no room']],
  );
});

test('runs at most four at a time', async () => {
  let running = 0;
  let most = 0;
  await runBulk(Array.from({ length: 30 }), async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  });
  assert.equal(most, 4);
});

test('does nothing for nothing', async () => {
  assert.deepEqual(await runBulk([], async () => 1), { done: [], failed: [] });
});
