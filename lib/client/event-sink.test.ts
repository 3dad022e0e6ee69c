import { QueryClient, QueryObserver } from '@tanstack/react-query';
import type { InfiniteData } from '@tanstack/react-query';
import assert from 'node:assert/strict';
import test, { afterEach, beforeEach } from 'node:test';
import type { ImageList, ImageSummary, ImageView } from '#lib/contract/images.ts';
import type { TransferView } from '#lib/contract/transfers.ts';
import { createEventSink } from './event-sink.ts';
import type { EventSink } from './event-sink.ts';
import { imageKeys, imageQuery } from './queries/images.ts';
import { openTransfersKey } from './queries/transfers.ts';
import { uploadsQuery } from './queries/uploads.ts';

const first = '7b1e5d02-94c3-4f0e-a8d1-000000000001';
const second = '7b1e5d02-94c3-4f0e-a8d1-000000000002';

const summary = (id: string, name: string): ImageSummary => ({
  id,
  name,
  status: 'active',
  disk_format: 'raw',
  container_format: 'bare',
  size_bytes: 1,
  virtual_size_bytes: 1,
  visibility: 'private',
  protected: false,
  hidden: false,
  owner_id: null,
  owner_name: null,
  tags: [],
  locations: [],
  created_at: '2026-11-22T00:00:00Z',
  updated_at: '2026-11-22T00:00:00Z',
  actions: {},
});
const view = (id: string, name: string): ImageView => ({
  ...summary(id, name),
  md5: null,
  sha512: null,
  format_detail: null,
  safety: null,
  min_disk_gib: 0,
  min_ram_mib: 0,
  properties: {},
  members: [],
  transfers: [],
});
const transfer = (id: string, state: TransferView['state'], done = 10): TransferView => ({
  id,
  group_id: 'g',
  kind: 'copy',
  image_id: first,
  image_name: 'a',
  source_store: 'fast',
  target_store: 'archive',
  move_from: null,
  state,
  method: 'stream',
  bytes_sent: done,
  bytes_done: done,
  bytes_verified: 0,
  bytes_total: 100,
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
});

const listKey = imageKeys.list({ sort: 'name' });
let client: QueryClient;
let sink: EventSink;
let asked: string[];
const realFetch = globalThis.fetch;

beforeEach(() => {
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  sink = createEventSink(client);
  asked = [];
  globalThis.fetch = async (input) => {
    const path = String(input);
    asked.push(path);
    const id = path.split('/').at(-1) ?? '';
    return Response.json(view(id, `new ${id.at(-1)}`));
  };
  client.setQueryData<InfiniteData<ImageList>>(listKey, {
    pageParams: [null, 'c'],
    pages: [
      { images: [summary(first, 'a')], next_cursor: 'c', total: 2 },
      { images: [summary(second, 'b')], next_cursor: null, total: 2 },
    ],
  });
});
afterEach(() => {
  sink.close();
  client.clear();
  globalThis.fetch = realFetch;
});

const shownPages = () => client.getQueryData<InfiniteData<ImageList>>(listKey)?.pages ?? [];
const shownImages = () => shownPages().flatMap((page) => page.images);
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test('a burst of changes of one image is one request, and its row becomes the new one', async () => {
  for (let index = 0; index < 50; index += 1)
    sink.take({ type: 'image', image_id: first, change: 'updated' });
  await wait(600);
  assert.deepEqual(asked, [`/api/v1/images/${first}`]);
  assert.deepEqual(
    shownImages().map(({ name }) => name),
    ['new 1', 'b'],
  );
  assert.equal('properties' in (shownImages()[0] ?? {}), false, 'a row does not carry the whole image');
});

test('a deleted image leaves its list at once and is counted off', () => {
  sink.take({ type: 'image', image_id: second, change: 'deleted' });
  assert.deepEqual(
    shownImages().map(({ id }) => id),
    [first],
  );
  assert.deepEqual(
    shownPages().map(({ total }) => total),
    [1, 1],
  );
});

test('progress goes into the open transfers and into the page of the image, without a request', () => {
  client.setQueryData(openTransfersKey, [transfer('1', 'queued', 0)]);
  client.setQueryData(imageKeys.detail(first), view(first, 'a'));
  sink.take({ type: 'transfer', transfer: transfer('1', 'running', 43) });
  assert.deepEqual(
    client.getQueryData<TransferView[]>(openTransfersKey)?.map(({ bytes_done }) => bytes_done),
    [43],
  );
  assert.equal(client.getQueryData<ImageView>(imageKeys.detail(first))?.transfers[0]?.bytes_done, 43);
  assert.deepEqual(asked, []);
});

test('what ended is no longer open', () => {
  client.setQueryData(openTransfersKey, [transfer('1', 'running'), transfer('2', 'running')]);
  sink.take({ type: 'transfer', transfer: transfer('1', 'done', 100) });
  assert.deepEqual(
    client.getQueryData<TransferView[]>(openTransfersKey)?.map(({ id }) => id),
    ['2'],
  );
});

test('a transfer that was begun elsewhere appears', () => {
  client.setQueryData(openTransfersKey, [transfer('1', 'running')]);
  sink.take({ type: 'transfer', transfer: transfer('9', 'queued', 0) });
  assert.deepEqual(
    client.getQueryData<TransferView[]>(openTransfersKey)?.map(({ id }) => id),
    ['9', '1'],
  );
});

test('lists that were never fetched are not invented by an event', () => {
  sink.take({ type: 'transfer', transfer: transfer('1', 'running') });
  assert.equal(client.getQueryData(openTransfersKey), undefined);
});

test('an upload that is gone leaves the list', () => {
  client.setQueryData(uploadsQuery.queryKey, [{ id: 'u1' }, { id: 'u2' }] as never);
  sink.take({ type: 'upload-gone', upload_id: 'u1' });
  assert.deepEqual(
    client.getQueryData(uploadsQuery.queryKey)?.map(({ id }) => id),
    ['u2'],
  );
});

test('many changed images at once refetch the list instead of one request each', async () => {
  for (let index = 0; index < 40; index += 1) {
    sink.take({
      type: 'image',
      image_id: `7b1e5d02-94c3-4f0e-a8d1-${String(index).padStart(12, '0')}`,
      change: 'updated',
    });
  }
  await wait(600);
  assert.deepEqual(asked, []);
  assert.equal(client.getQueryState(listKey)?.isInvalidated, true);
});

test('a change that comes while the image is being fetched is not lost to the older answer', async () => {
  const answers: (() => void)[] = [];
  globalThis.fetch = async (input, init) => {
    const number = asked.push(String(input));
    await new Promise<void>((resolve, reject) => {
      answers.push(resolve);
      init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
    });
    return Response.json(view(first, `answer ${number}`));
  };
  const opened = client.fetchQuery(imageQuery(first)).catch(() => undefined);
  await wait(10);
  sink.take({ type: 'image', image_id: first, change: 'updated' });
  await wait(600);
  assert.equal(asked.length, 2);
  for (const answer of answers) answer();
  await opened;
  await wait(50);
  assert.equal(client.getQueryData<ImageView>(imageKeys.detail(first))?.name, 'answer 2');
  assert.equal(shownImages()[0]?.name, 'answer 2');
});

test('a transfer that ends while the open ones are being fetched does not stay open', async () => {
  const answers: ((transfers: TransferView[]) => void)[] = [];
  const ask = () => new Promise<TransferView[]>((resolve) => void answers.push(resolve));
  const observer = new QueryObserver(client, { queryKey: openTransfersKey, queryFn: ask });
  const stop = observer.subscribe(() => undefined);
  answers.shift()?.([transfer('1', 'running')]);
  await wait(10);
  void observer.refetch();
  sink.take({ type: 'transfer', transfer: transfer('1', 'done', 100) });
  await wait(10);
  answers.shift()?.([transfer('1', 'running')]);
  answers.shift()?.([]);
  await wait(10);
  assert.deepEqual(client.getQueryData(openTransfersKey), []);
  stop();
});
