import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { locationStates } from '#lib/contract/common.ts';
import { hasCode } from '#lib/contract/errors.ts';
import { assertMayRemove, isGoodCopy, mayRemove, orderSources, type LocationFacts } from './locations.ts';

const proved = (store_id: string): LocationFacts => ({ store_id, state: 'active', verified_at: 1 });
const unproved = (store_id: string): LocationFacts => ({ store_id, state: 'active', verified_at: null });
const isKnownStore = () => true;

test('reads from proved copies first, then by weight', () => {
  const weights: Record<string, number> = { fast: 100, archive: 10, tape: 1 };
  const order = orderSources(
    [proved('tape'), unproved('fast'), proved('archive'), { ...proved('lost'), state: 'missing' }],
    (store) => weights[store] ?? 0,
  );
  assert.deepEqual(
    order.map((location) => location.store_id),
    ['archive', 'tape', 'fast'],
  );
});

test('the last location is never removed, nor one whose only sibling is not proved', () => {
  for (const locations of [
    [proved('a')],
    [proved('a'), unproved('b')],
    [proved('a'), { ...proved('b'), state: 'corrupt' as const }],
  ]) {
    assert.throws(
      () => assertMayRemove({ locations, storeId: 'a', isKnownStore }),
      (error) => hasCode(error, 'last_location'),
    );
  }
});

test('a copy in a store that is no longer configured does not count', () => {
  assert.throws(
    () =>
      assertMayRemove({
        locations: [proved('a'), proved('gone')],
        storeId: 'a',
        isKnownStore: (store) => store !== 'gone',
      }),
    (error) => hasCode(error, 'last_location'),
  );
});

test('a copy that is being written is canceled, not removed', () => {
  assert.equal(
    mayRemove({
      locations: [proved('a'), { ...unproved('b'), state: 'writing' }],
      storeId: 'b',
      isKnownStore,
    }),
    'The copy in the store "b" is still being written.',
  );
});

test('whatever is removed, an image that had a proved copy keeps one', () => {
  const location = fc.record({
    store_id: fc.constantFrom('a', 'b', 'c', 'd'),
    state: fc.constantFrom(...locationStates.filter((state) => state !== 'deleting')),
    verified_at: fc.option(fc.constant(1), { nil: null }),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(location, { selector: (row) => row.store_id, minLength: 1 }),
      fc.constantFrom('a', 'b', 'c', 'd'),
      (locations, storeId) => {
        if (mayRemove({ locations, storeId, isKnownStore }) !== true) return true;
        const left = locations.filter((row) => row.store_id !== storeId);
        return !locations.some(isGoodCopy) || left.some(isGoodCopy);
      },
    ),
    { numRuns: 2000 },
  );
});
