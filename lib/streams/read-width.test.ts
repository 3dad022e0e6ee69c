import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReadWidth } from './read-width.ts';

const step = 8_000_000;

/** Reads a while from a store of which so many requests at once give so many bytes each second. */
function readFrom(bytesPerSecond: (requests: number) => number): ReadWidth {
  const width = new ReadWidth(4);
  for (let i = 0; i < 60; i++) {
    const bytes = step * width.steps;
    width.noteTaken(bytes, (bytes * 1000) / bytesPerSecond(width.requests));
    width.noteEnd(step);
  }
  return width;
}

test('adds requests while each makes it faster', () => {
  assert.equal(readFrom((requests) => requests * 40_000_000).requests, 4);
  assert.equal(readFrom((requests) => Math.min(2, requests) * 40_000_000).requests, 2);
});

test('stays with one long request where the store is fast, or slow however it is asked', () => {
  for (const speed of [2_000_000_000, 100_000_000]) {
    const width = readFrom(() => speed);
    assert.deepEqual([width.requests, width.steps], [1, 8]);
  }
});
