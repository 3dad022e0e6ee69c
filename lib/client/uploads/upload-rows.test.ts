import assert from 'node:assert/strict';
import test from 'node:test';
import type { UploadView } from '#lib/contract/uploads.ts';
import type { UploadTask } from './task.ts';
import { endedUploadRows, standingOf, uploadRows } from './upload-rows.ts';

const task = (change: Partial<UploadTask>): UploadTask => ({
  id: 'task-1',
  uploadId: null,
  imageId: null,
  name: 'disk',
  fileName: 'disk.raw',
  sizeBytes: 100,
  stores: ['fast'],
  state: 'sending',
  sentBytes: 50,
  durableBytes: 40,
  verifiedBytes: 0,
  rate: 5,
  etaSeconds: null,
  problem: null,
  ...change,
});
const view = (change: Partial<UploadView>) =>
  ({
    id: 'u1',
    name: 'disk',
    image_id: 'image',
    state: 'receiving',
    receiving_now: false,
    length_bytes: 100,
    offset_bytes: 40,
    verified_bytes: 90,
    rate: 7,
    stores: [{ store: 'fast' }],
    ...change,
  }) as UploadView;

test('a finished upload names the stores where it lies', () => {
  const stores = [
    { store: 'fast', state: 'active' },
    { store: 'weak', state: 'failed' },
  ] as UploadView['stores'];
  const [row] = endedUploadRows([], [view({ state: 'done', stores })]);
  assert.deepEqual(row?.stores, ['fast']);
  assert.deepEqual(uploadRows([], [view({ state: 'failed', stores })])[0]?.stores, ['fast', 'weak']);
});

test('shows an upload of this tab once, with what the server knows of it', () => {
  const rows = uploadRows([task({ uploadId: 'u1' }), task({ id: 'task-2' })], [view({})]);
  assert.deepEqual(
    rows.map(({ id, view: known }) => [id, known?.id ?? null]),
    [
      ['task-1', 'u1'],
      ['task-2', null],
    ],
  );
});

test('tells an upload that another browser sends from one that was left, and leaves out what ended well', () => {
  const rows = uploadRows(
    [],
    [
      view({ id: 'a', receiving_now: true }),
      view({ id: 'b' }),
      view({ id: 'c', state: 'done' }),
      view({ id: 'd', state: 'failed' }),
    ],
  );
  assert.deepEqual(
    rows.map(({ id, state, rate }) => [id, state, rate]),
    [
      ['a', 'elsewhere', 7],
      ['b', 'left', null],
      ['d', 'failed', null],
    ],
  );
});

test('never calls more verified than is durable', () => {
  assert.equal(uploadRows([], [view({})])[0]?.verifiedBytes, 40);
});

test('counts what needs a person as paused', () => {
  assert.equal(standingOf('left'), 'paused');
  assert.equal(standingOf('signed-out'), 'paused');
  assert.equal(standingOf('elsewhere'), 'running');
});
