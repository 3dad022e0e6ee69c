import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from './pace.ts';

test('sends more at once while parts come soon, and one small part at a time on a slow line', () => {
  const pace = new Pace(4);
  assert.equal(pace.parallel, 2);
  for (let part = 0; part < 5; part++) pace.noteSent(500);
  assert.deepEqual([pace.parallel, pace.isSlow], [4, false]);
  pace.noteSent(12_000);
  assert.deepEqual([pace.parallel, pace.isSlow], [4, false]);
  for (let part = 0; part < 5; part++) pace.noteSent(45_000);
  assert.deepEqual([pace.parallel, pace.isSlow], [1, true]);
  pace.noteSent(3_000);
  assert.deepEqual([pace.parallel, pace.isSlow], [2, false]);
  assert.equal(new Pace(1).parallel, 1);
});
