import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BufferPool } from './buffer-pool.ts';

test('lends the same memory again, also when only a part of it comes back', () => {
  const pool = new BufferPool({ sizeBytes: 100 });
  const first = pool.take(60);
  assert.equal(first.length, 60);
  pool.give(first.subarray(3, 9));
  assert.equal(pool.take(100).buffer, first.buffer);
});

test('never lends memory twice at once, even if it comes back twice', () => {
  const pool = new BufferPool({ sizeBytes: 100 });
  const first = pool.take(10);
  assert.notEqual(pool.take(10).buffer, first.buffer);
  pool.give(first);
  pool.give(first);
  assert.notEqual(pool.take(10).buffer, pool.take(10).buffer);
});

test('frees what it keeps when it is closed, and what is still lent when that comes back', () => {
  const pool = new BufferPool({ sizeBytes: 100 });
  const [kept, lent] = [pool.take(1), pool.take(60)];
  pool.give(kept);
  pool.close();
  assert.equal(kept.buffer.byteLength, 0);
  assert.equal(lent.byteLength, 60, 'somebody still looks at it');
  pool.give(lent.subarray(3, 9));
  assert.equal(lent.buffer.byteLength, 0);
});

test('keeps what was lent at once a while ago, later no more than it shall, and takes no foreign memory', () => {
  const pool = new BufferPool({ sizeBytes: 100, keptCount: 1 });
  const takeTwo = () => [pool.take(1), pool.take(1)] as const;
  const [one, two] = takeTwo();
  pool.give(new Uint8Array(100));
  pool.give(one);
  pool.give(two);
  const again = takeTwo();
  assert.deepEqual(new Set(again.map(({ buffer }) => buffer)), new Set([one.buffer, two.buffer]));
  for (const chunk of again) pool.give(chunk);
  for (let i = 0; i < 1000; i += 1) pool.give(pool.take(1));
  const [still, fresh] = takeTwo();
  assert.ok([one.buffer, two.buffer].includes(still.buffer));
  assert.ok(![one.buffer, two.buffer].includes(fresh.buffer));
  assert.equal(pool.take(101).length, 101);
});
