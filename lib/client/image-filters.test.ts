import assert from 'node:assert/strict';
import test from 'node:test';
import { ImageListQuery } from '#lib/contract/images.ts';
import { activeFilters, isFiltered, nextSort, toImageFilters } from './image-filters.ts';
import type { ImageUrlState } from './image-filters.ts';

const plain: ImageUrlState = {
  tab: 'all',
  q: '',
  store: null,
  status: null,
  format: null,
  visibility: null,
  tag: null,
  sort: 'updated_at',
  dir: 'desc',
};

test('asks for nothing but the order when the URL is bare', () => {
  assert.deepEqual(toImageFilters(plain), { sort: 'updated_at', dir: 'desc' });
  assert.equal(isFiltered(plain), false);
});

test('translates the names of the URL into those of the server, and the server takes them', () => {
  const filters = toImageFilters({
    ...plain,
    tab: 'public',
    q: ' ubuntu ',
    store: ['fast', 'archive'],
    format: ['qcow2'],
    visibility: [],
  });
  assert.deepEqual(filters, {
    tab: 'public',
    q: 'ubuntu',
    store: 'fast,archive',
    disk_format: 'qcow2',
    sort: 'updated_at',
    dir: 'desc',
  });
  assert.ok(ImageListQuery.safeParse(filters).success);
});

test('shows a chip for each field that filters, in a fixed order', () => {
  const chips = activeFilters({ ...plain, tag: ['golden'], store: ['fast'], status: [] });
  assert.deepEqual(chips, [
    { field: 'store', values: ['fast'] },
    { field: 'tag', values: ['golden'] },
  ]);
});

test('a tab alone is not a filter that could be dropped', () => {
  assert.equal(isFiltered({ ...plain, tab: 'public' }), false);
  assert.equal(isFiltered({ ...plain, q: 'a' }), true);
});

test('turns the order round on the same column and starts names from A', () => {
  assert.deepEqual(nextSort(plain, 'updated_at'), { sort: 'updated_at', dir: 'asc' });
  assert.deepEqual(nextSort(plain, 'name'), { sort: 'name', dir: 'asc' });
  assert.deepEqual(nextSort({ sort: 'name', dir: 'asc' }, 'size'), { sort: 'size', dir: 'desc' });
});
