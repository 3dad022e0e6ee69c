import assert from 'node:assert/strict';
import test from 'node:test';
import { largestPatchBytes, nextPatchBytes, smallestPatchBytes } from './patch-size.ts';

const MiB = 1024 * 1024;

test('stays at the smallest PATCH on a slow line', () => {
  assert.equal(nextPatchBytes(smallestPatchBytes, 60_000), smallestPatchBytes);
});

test('grows at most fourfold at once, up to the largest', () => {
  assert.equal(nextPatchBytes(smallestPatchBytes, 10), 256 * MiB);
  assert.equal(nextPatchBytes(largestPatchBytes, 10), largestPatchBytes);
});

test('aims at a PATCH of about twenty seconds', () => {
  assert.equal(nextPatchBytes(1024 * MiB, 40_000), 512 * MiB);
});
