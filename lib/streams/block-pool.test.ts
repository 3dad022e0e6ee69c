import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { BlockPool } from './block-pool.ts';

const small = { blockBytes: 10, limitBytes: 30 };

test('lends up to its limit, beyond it only when told, and the same memory again', () => {
  const pool = new BlockPool(small);
  const blocks = [pool.tryTake(), pool.tryTake(), pool.tryTake()];
  assert.ok(blocks.every((block) => block?.length === 10));
  assert.equal(pool.tryTake(), null);
  const more = pool.takeBeyondLimit();
  assert.equal(pool.lent, 4);
  pool.give(more);
  assert.equal(pool.tryTake(), null, 'the one beyond the limit does not count as free');
  const [first] = blocks;
  assert.ok(first);
  pool.give(first);
  assert.equal(pool.tryTake(), first);
});

test('wakes those who wait when a block comes back, and those who no longer want to', async () => {
  const pool = new BlockPool(small);
  const block = pool.takeBeyondLimit();
  const waiting = pool.given();
  const stopping = new AbortController();
  const leaving = assert.rejects(pool.given(stopping.signal), { name: 'AbortError' });
  stopping.abort();
  await leaving;
  pool.give(block);
  await waiting;
});

test('gives memory back to the system when nobody needs it for a while', async () => {
  const pool = new BlockPool({ ...small, idleMilliseconds: 5 });
  const block = pool.takeBeyondLimit();
  pool.give(block);
  await sleep(30);
  assert.equal(block.buffer.byteLength, 0);
  assert.notEqual(pool.tryTake(), block);
});
