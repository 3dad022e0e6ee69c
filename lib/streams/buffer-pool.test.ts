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

test('keeps so much and no more, and takes no foreign memory', () => {
  const pool = new BufferPool({ sizeBytes: 100, keptCount: 1 });
  const [one, two] = [pool.take(1), pool.take(1)];
  pool.give(new Uint8Array(100));
  pool.give(one);
  pool.give(two);
  assert.equal(pool.take(1).buffer, one.buffer);
  assert.notEqual(pool.take(1).buffer, two.buffer);
  assert.equal(pool.take(101).length, 101);
});
