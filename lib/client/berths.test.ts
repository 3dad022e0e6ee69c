import assert from 'node:assert/strict';
import test from 'node:test';
import type { LocationView } from '#lib/contract/images.ts';
import type { StoreView } from '#lib/contract/stores.ts';
import type { TransferView } from '#lib/contract/transfers.ts';
import { berthOf, berthsOf, isOverLoadLine, layersOf, usedPercent } from './berths.ts';

const store: StoreView = {
  id: 'fast',
  code: 'FST',
  description: '',
  driver: 'filesystem',
  weight: 100,
  tier: null,
  site: null,
  hypervisors: [],
  price_per_gib_month: null,
  currency: 'EUR',
  default: true,
  load_line: 85,
  quota_bytes: null,
  state: 'in-service',
  state_since: null,
  error: null,
  capacity: { total_bytes: 1000, free_bytes: 300, measured_at: null },
  image_count: 1,
  stored_bytes: 500,
  operator_bytes: 100,
  project_bytes: 400,
  reserved_bytes: 50,
  read_latency_ms: null,
  read_rate: null,
  capabilities: [],
  actions: {},
};
const location: LocationView = {
  store: 'fast',
  state: 'active',
  bytes: 1000,
  verified_at: null,
  created_at: '2026-11-22T00:00:00Z',
  error: null,
  transfer_id: null,
  upload_id: null,
  actions: {},
};
const transfer: TransferView = {
  id: 't1',
  group_id: 'g1',
  kind: 'copy',
  image_id: '7b1e5d02-94c3-4f0e-a8d1-2c60f1d3be77',
  image_name: null,
  source_store: 'archive',
  target_store: 'fast',
  move_from: null,
  state: 'running',
  method: 'stream',
  bytes_sent: 500,
  bytes_done: 430,
  bytes_verified: 400,
  bytes_total: 1000,
  rate: null,
  eta_seconds: null,
  attempts: 1,
  error: null,
  remedy: null,
  request_id: null,
  created_by: null,
  created_at: '2026-11-22T00:00:00Z',
  updated_at: '2026-11-22T00:00:00Z',
  finished_at: null,
  actions: {},
};

test('an active copy is quiet, and offline when its store does not answer', () => {
  assert.equal(berthOf(store, location, null, 1000).state, 'active');
  assert.equal(berthOf({ ...store, state: 'unavailable' }, location, null, 1000).state, 'offline');
});

test('a copy on its way shows durable bytes, not sent ones', () => {
  const berth = berthOf(store, { ...location, state: 'writing', bytes: 0 }, transfer, 1000);
  assert.equal(berth.state, 'copying');
  assert.equal(berth.percent, 43);
});

test('without its transfer a writing copy is told from its own bytes', () => {
  assert.equal(berthOf(store, { ...location, state: 'writing', bytes: 999 }, null, 1000).percent, 99);
  assert.equal(berthOf(store, { ...location, state: 'writing', bytes: 0 }, null, 1000).state, 'queued');
});

test('a transfer that waits or is paused shows so before a location exists', () => {
  assert.equal(berthOf(store, null, { ...transfer, state: 'queued' }, 1000).state, 'queued');
  assert.equal(berthOf(store, null, { ...transfer, state: 'paused' }, 1000).state, 'paused');
});

test('a location that was proved active is not drawn as copying by a late event', () => {
  assert.equal(berthOf(store, location, transfer, 1000).state, 'active');
});

test('what cannot be read is never drawn as well', () => {
  assert.equal(berthOf(store, { ...location, state: 'corrupt' }, null, 1000).state, 'corrupt');
  assert.equal(berthOf(store, { ...location, state: 'missing' }, null, 1000).state, 'corrupt');
  assert.equal(berthOf(store, { ...location, state: 'failed' }, null, 1000).state, 'failed');
  assert.equal(berthOf(store, { ...location, state: 'deleting' }, null, 1000).state, 'leaving');
});

test('every store has one berth in the given order', () => {
  const stores = [store, { ...store, id: 'archive', code: 'ARC' }];
  const berths = berthsOf({ size_bytes: 1000, locations: [location] }, stores);
  assert.deepEqual(
    berths.map((berth) => [berth.store.id, berth.state]),
    [
      ['fast', 'active'],
      ['archive', 'absent'],
    ],
  );
});

test('a hold holds ours by owner, then what others put there, then what is reserved', () => {
  assert.deepEqual(layersOf(store), [
    { kind: 'operator', percent: 10 },
    { kind: 'project', percent: 40 },
    { kind: 'foreign', percent: 20 },
    { kind: 'reserved', percent: 5 },
  ]);
  assert.equal(usedPercent(store), 70);
});

test('layers never stand above the hold, whatever the figures say', () => {
  const full = { ...store, operator_bytes: 5000, reserved_bytes: 900 };
  const sum = layersOf(full).reduce((total, layer) => total + layer.percent, 0);
  assert.ok(sum <= 100, `${sum} % of the hold`);
});

test('a quota counts our bytes against the quota, not the medium', () => {
  const quota = { ...store, quota_bytes: 520 };
  assert.equal(Math.round(usedPercent(quota) ?? 0), 96);
  assert.equal(isOverLoadLine(quota), true);
  assert.equal(isOverLoadLine(store), false);
});

test('a store of unknown capacity has no layers and no percentage', () => {
  const unknown = { ...store, capacity: { total_bytes: null, free_bytes: null, measured_at: null } };
  assert.deepEqual(layersOf(unknown), []);
  assert.equal(usedPercent(unknown), null);
});
