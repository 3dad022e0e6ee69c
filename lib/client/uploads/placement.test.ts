import assert from 'node:assert/strict';
import test from 'node:test';
import { GiB, TiB } from '#lib/contract/limits.ts';
import type { StoreView } from '#lib/contract/stores.ts';
import { firstPlace, planPlaces } from './placement.ts';

function store(id: string, change: Partial<StoreView> = {}): StoreView {
  return {
    id,
    code: id.slice(0, 3).toUpperCase(),
    description: '',
    driver: 'filesystem',
    weight: 100,
    tier: null,
    site: null,
    hypervisors: [],
    price_per_gib_month: 0.12,
    currency: 'EUR',
    default: false,
    load_line: 85,
    quota_bytes: null,
    state: 'in-service',
    state_since: null,
    error: null,
    capacity: { total_bytes: 10 * TiB, free_bytes: 5 * TiB, measured_at: null },
    image_count: 0,
    stored_bytes: 0,
    operator_bytes: 0,
    project_bytes: 0,
    reserved_bytes: 0,
    read_latency_ms: null,
    read_rate: null,
    capabilities: [],
    actions: {},
    ...change,
  };
}

const offerOf = (subject: StoreView, bytes: number, others: StoreView[] = []) => {
  const offer = planPlaces([subject, ...others], bytes)[0];
  assert.ok(offer);
  return offer;
};

test('prices these files for a month, and says no price where there is none', () => {
  assert.equal(offerOf(store('fast'), 100 * GiB).pricePerMonth, 12);
  assert.equal(offerOf(store('fast', { price_per_gib_month: null }), GiB).pricePerMonth, null);
});

test('refuses what would rise above the load line, counting what is on its way, and names another store', () => {
  const fast = store('fast');
  assert.equal(offerOf(fast, 3.4 * TiB).refusal, null);
  assert.deepEqual(
    offerOf(fast, 3.6 * TiB, [
      store('slow', { capacity: { total_bytes: null, free_bytes: null, measured_at: null } }),
    ]).refusal,
    {
      kind: 'above-load-line',
      instead: { store: 'slow', freeBytes: null },
    },
  );
  const reserved = store('fast', { reserved_bytes: 3 * TiB });
  assert.deepEqual(offerOf(reserved, 1 * TiB).refusal, { kind: 'above-load-line', instead: null });
});

test('refuses what does not fit at all, by the medium and by the quota', () => {
  assert.equal(offerOf(store('fast'), 6 * TiB).refusal?.kind, 'full');
  const quota = store('fast', { quota_bytes: 1 * TiB, stored_bytes: 900 * GiB });
  assert.deepEqual(offerOf(quota, 200 * GiB).refusal, { kind: 'full', freeBytes: 124 * GiB, instead: null });
});

test('refuses stores that are read-only, unavailable or not for this person, with the reason', () => {
  assert.deepEqual(offerOf(store('fast', { state: 'read-only' }), 1).refusal, { kind: 'read-only' });
  assert.deepEqual(offerOf(store('fast', { state: 'unavailable' }), 1).refusal, { kind: 'unavailable' });
  assert.deepEqual(offerOf(store('fast', { actions: { place: 'Only operators.' } }), 1).refusal, {
    kind: 'not-allowed',
    reason: 'Only operators.',
  });
});

test('ticks the default store first, or the first that takes the files', () => {
  const offers = (first: Partial<StoreView>) =>
    planPlaces([store('a'), store('b', { default: true, ...first }), store('c')], GiB);
  assert.equal(firstPlace(offers({})), 'b');
  assert.equal(firstPlace(offers({ state: 'read-only' })), 'a');
  assert.equal(firstPlace([]), null);
});
