import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterRows } from './filter.ts';

const rows = [
  { id: 'a', name: 'one', enabled: true, parent: null },
  { id: 'b', name: 'two', enabled: false, parent: 'x' },
];
const find = (query: string) =>
  filterRows(rows, new URLSearchParams(query), ['name', 'enabled', 'parent']).map(({ id }) => id);

test('rows are found by the attributes they are filtered by, and by nothing else', () => {
  assert.deepEqual(find(''), ['a', 'b']);
  assert.deepEqual(find('name=one'), ['a']);
  assert.deepEqual(find('name=one&enabled=false'), []);
  assert.deepEqual(find('parent=x'), ['b']);
  assert.deepEqual(find('id=b&limit=1'), ['a', 'b']);
});

test('a flag may be given in any of the words that Keystone takes, or by its name alone', () => {
  for (const word of ['enabled', 'enabled=1', 'enabled=True']) assert.deepEqual(find(word), ['a'], word);
  for (const word of ['enabled=0', 'enabled=False']) assert.deepEqual(find(word), ['b'], word);
});
