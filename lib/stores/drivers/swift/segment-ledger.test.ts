import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MiB } from '#lib/contract/limits.ts';
import { dataPrefix, SegmentLedger, segmentName, segmentsOfState, type Segment } from './segment-ledger.ts';

const segmentAt = (offset: number, bytes: number, nonce = 'aa'): Segment => ({
  offset,
  bytes,
  etag: offset.toString(16).padStart(32, '0'),
  nonce,
  isManifest: false,
});

test('names segments so that their names have the order of their bytes', () => {
  const names = [0, 9, 10, 5 * 2 ** 40].map((offset) => segmentName('image-1', segmentAt(offset, 1)));
  assert.deepEqual([...names].sort(), names);
  for (const name of names) assert.ok(name.startsWith(dataPrefix('image-1')));
});

test('counts what is stored without a gap, whatever is stored first', () => {
  const ledger = new SegmentLedger();
  const first = ledger.reserve(segmentAt(0, 10));
  const second = ledger.reserve(segmentAt(10, 10));
  second('b'.repeat(32));
  assert.deepEqual(segmentsOfState(ledger.toState()), []);
  first('a'.repeat(32));
  assert.deepEqual(
    segmentsOfState(ledger.toState()).map(({ etag }) => etag[0]),
    ['a', 'b'],
  );
});

test('lets a short segment grow in its place', () => {
  const ledger = new SegmentLedger([segmentAt(0, 10), segmentAt(10, 3)]);
  ledger.reserve(segmentAt(10, 9, 'bb'))('c'.repeat(32));
  assert.deepEqual(
    ledger.segments.map(({ bytes, nonce }) => [bytes, nonce]),
    [
      [10, 'aa'],
      [9, 'bb'],
    ],
  );
});

test('keeps its state through JSON, and far below a mebibyte for 500 GB in 64 MiB', () => {
  const count = 8_000;
  const segments = Array.from({ length: count }, (_, index) =>
    segmentAt(index * 64 * MiB, 64 * MiB, '0123456789ab'),
  );
  const state = new SegmentLedger(segments).toState();
  assert.ok(state.length < MiB / 2, `${state.length} characters`);
  assert.deepEqual(segmentsOfState(state), segments);
});

test('puts a manifest in the place of the segments that it stands for', () => {
  const ledger = new SegmentLedger([0, 1, 2, 3].map((index) => segmentAt(index * 10, 10)));
  ledger.gather(2, { ...segmentAt(0, 20), isManifest: true });
  ledger.gather(2, { ...segmentAt(20, 20), isManifest: true });
  assert.deepEqual(
    segmentsOfState(ledger.toState()).map(({ offset, bytes, isManifest }) => [offset, bytes, isManifest]),
    [
      [0, 20, true],
      [20, 20, true],
    ],
  );
});
