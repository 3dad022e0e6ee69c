import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { KiB, MiB } from '#lib/contract/limits.ts';
import { ReadAheadBudget, readParallel, type ParallelReadOptions } from './parallel-read.ts';

const bytes = randomBytes(3 * MiB + 12_345);

function source(failAt = Infinity) {
  const state = { open: 0, most: 0, opened: 0 };
  const open: ParallelReadOptions['open'] = async function* (range, signal) {
    state.opened += 1;
    state.most = Math.max(state.most, (state.open += 1));
    try {
      for (let offset = range.offset; offset < range.offset + range.length;) {
        await sleep(1 + Math.random() * 3, undefined, { signal });
        if (offset >= failAt) throw new Error('the line is cut');
        const end = Math.min(range.offset + range.length, offset + 37_003);
        yield [Uint8Array.prototype.slice.call(bytes, offset, end)];
        offset = end;
      }
    } finally {
      state.open -= 1;
    }
  };
  return { state, open };
}

async function collect(options: Partial<ParallelReadOptions> & Pick<ParallelReadOptions, 'open'>) {
  const chunks: Uint8Array[] = [];
  const range = { offset: 0, length: bytes.length };
  const ahead = new ReadAheadBudget();
  for await (const chunk of readParallel({ range, stepBytes: 300 * KiB, parallel: 4, ahead, ...options })) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

test('yields the bytes in order while several requests run', async () => {
  const { state, open } = source();
  assert.ok((await collect({ open })).equals(bytes));
  assert.equal(state.open, 0);
  // How many exactly depends on how much faster each one made it; see `read-width.test.ts`.
  assert.ok(state.most > 1 && state.most <= 4, `${state.most} at once`);
  const range = { offset: 700_001, length: 1_000_003 };
  assert.ok((await collect({ open, range })).equals(bytes.subarray(700_001, 1_700_004)));
  assert.equal((await collect({ open, range: { offset: 5, length: 0 } })).length, 0);
});

test('reads one request after the other when there is no memory to read ahead', async () => {
  const { state, open } = source();
  assert.ok((await collect({ open, ahead: new ReadAheadBudget(0) })).equals(bytes));
  assert.equal(state.most, 1);
});

test('gives back its memory and ends its requests however it ends', async () => {
  const ahead = new ReadAheadBudget(2 * 300 * KiB);
  const whole = () => {
    assert.ok(ahead.tryTake(2 * 300 * KiB), 'all of the memory is back');
    ahead.give(2 * 300 * KiB);
  };
  const { state, open } = source();
  await collect({ open, ahead });
  whole();
  const options = {
    open,
    ahead,
    range: { offset: 0, length: bytes.length },
    stepBytes: 300 * KiB,
    parallel: 4,
  };
  for await (const chunk of readParallel(options)) if (chunk.length > 0) break;
  whole();
  const stopping = new AbortController();
  setTimeout(() => stopping.abort(), 15);
  await assert.rejects(collect({ open, ahead, signal: stopping.signal }), { name: 'AbortError' });
  whole();
  const failing = source(1 * MiB);
  await assert.rejects(collect({ open: failing.open, ahead }), /the line is cut/);
  whole();
  assert.deepEqual([state.open, failing.state.open], [0, 0]);
});

test('fills the memory that it is given, also ahead', async () => {
  const memory = new Set<ArrayBufferLike>();
  const allocate = (length: number) => {
    const lent = new Uint8Array(new SharedArrayBuffer(length));
    memory.add(lent.buffer);
    return lent;
  };
  const { open, state } = source();
  const range = { offset: 0, length: bytes.length };
  const options = { range, stepBytes: 300 * KiB, parallel: 4, ahead: new ReadAheadBudget(), open, allocate };
  const read: Uint8Array[] = [];
  for await (const chunk of readParallel(options)) {
    assert.ok(memory.has(chunk.buffer));
    read.push(chunk);
  }
  assert.ok(Buffer.concat(read).equals(bytes));
  assert.equal(memory.size, read.length);
  assert.ok(state.most > 1);
});
