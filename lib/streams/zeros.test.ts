import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isZero, zeroRuns } from './zeros.ts';

test('finds a single byte that is not zero wherever it is', () => {
  for (const length of [1, 7, 65_536, 65_537, 200_000]) {
    const bytes = new Uint8Array(new SharedArrayBuffer(length + 3)).subarray(3);
    assert.equal(isZero(bytes), true);
    for (const at of [0, Math.floor(length / 2), length - 1]) {
      bytes[at] = 1;
      assert.equal(isZero(bytes), false, `${length} bytes, one at ${at}`);
      bytes[at] = 0;
    }
  }
});

test('cuts bytes into runs that together are the bytes', () => {
  const bytes = new Uint8Array(1000);
  bytes.fill(1, 300, 420);
  bytes[999] = 1;
  const runs = [...zeroRuns(bytes, 100)].map((run) => [run.isZero, run.bytes.length]);
  assert.deepEqual(runs, [
    [true, 300],
    [false, 200],
    [true, 400],
    [false, 100],
  ]);
  assert.deepEqual([...zeroRuns(new Uint8Array(0))], []);
});
