import assert from 'node:assert/strict';
import test from 'node:test';
import { goneStore } from '#lib/client/berths.ts';
import type { ImageView, LocationView } from '#lib/contract/images.ts';
import type { TransferView } from '#lib/contract/transfers.ts';
import { goodCopies, locationRows } from './location-rows.ts';

const fast = { ...goneStore('fast'), code: 'FST', state: 'in-service' as const };
const archive = { ...goneStore('archive'), code: 'ARC', state: 'in-service' as const };

const copy = (store: string, state: LocationView['state'], verified = true): LocationView => ({
  store,
  state,
  bytes: 100,
  verified_at: verified ? '2026-11-22T03:00:00Z' : null,
  created_at: '2026-11-22T00:00:00Z',
  error: null,
  transfer_id: null,
  upload_id: null,
  actions: {},
});
const transfer = (id: string, target: string, state: TransferView['state'], at: string): TransferView => ({
  id,
  group_id: 'g',
  kind: 'copy',
  image_id: '7b1e5d02-94c3-4f0e-a8d1-2c60f1d3be77',
  image_name: null,
  source_store: 'fast',
  target_store: target,
  move_from: null,
  state,
  method: null,
  bytes_sent: 0,
  bytes_done: 0,
  bytes_verified: 0,
  bytes_total: 100,
  rate: null,
  eta_seconds: null,
  attempts: 1,
  error: state === 'failed' ? 'The pool is full.' : null,
  remedy: null,
  request_id: null,
  created_by: null,
  created_at: at,
  updated_at: at,
  finished_at: null,
  actions: {},
});
const image = (locations: LocationView[], transfers: TransferView[] = []): ImageView => ({
  id: '7b1e5d02-94c3-4f0e-a8d1-2c60f1d3be77',
  name: 'a',
  status: 'active',
  disk_format: 'raw',
  container_format: 'bare',
  size_bytes: 100,
  virtual_size_bytes: 100,
  visibility: 'private',
  protected: false,
  hidden: false,
  owner_id: null,
  owner_name: null,
  tags: [],
  locations,
  created_at: '2026-11-22T00:00:00Z',
  updated_at: '2026-11-22T00:00:00Z',
  md5: null,
  sha512: null,
  format_detail: null,
  safety: null,
  min_disk_gib: 0,
  min_ram_mib: 0,
  properties: {},
  members: [],
  transfers,
  actions: {},
});
const told = (rows: ReturnType<typeof locationRows>) => rows.map((row) => [row.store.id, row.berth.state]);

test('lists copies in the order of the stores and leaves empty stores out', () => {
  assert.deepEqual(told(locationRows(image([copy('archive', 'active')]), [fast, archive])), [
    ['archive', 'active'],
  ]);
});

test('shows a store that a copy is on its way to before anything lies there', () => {
  const rows = locationRows(
    image([copy('fast', 'active')], [transfer('1', 'archive', 'queued', '2026-11-22T01:00:00Z')]),
    [fast, archive],
  );
  assert.deepEqual(told(rows), [
    ['fast', 'active'],
    ['archive', 'queued'],
  ]);
});

test('a copy in a store that is no longer configured is not hidden', () => {
  assert.deepEqual(told(locationRows(image([copy('old', 'active')]), [fast])), [['old', 'offline']]);
});

test('the newest transfer tells; one that ended well or was made good since tells nothing', () => {
  const failed = transfer('1', 'archive', 'failed', '2026-11-22T01:00:00Z');
  const done = transfer('2', 'archive', 'done', '2026-11-22T02:00:00Z');
  const [onlyFailed] = locationRows(image([], [failed]), [archive]);
  assert.equal(onlyFailed?.transfer?.state, 'failed');
  assert.deepEqual(locationRows(image([], [failed, done]), [archive]), []);
  const [madeGood] = locationRows(image([copy('archive', 'active')], [failed]), [archive]);
  assert.equal(madeGood?.transfer, null);
});

test('only active and verified copies are good ones', () => {
  const good = goodCopies(
    image([copy('a', 'active'), copy('b', 'active', false), copy('c', 'corrupt'), copy('d', 'writing')]),
  );
  assert.deepEqual(
    good.map(({ store }) => store),
    ['a'],
  );
});
