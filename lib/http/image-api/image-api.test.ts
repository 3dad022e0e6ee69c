import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '#lib/contract/errors.ts';
import type { ImageDraft } from '#lib/services/images/draft.ts';
import { toNewImage } from './create-body.ts';
import { toImport } from './import-body.ts';
import { parseListQuery } from './list-query.ts';
import { toLocationChange } from './location-patch.ts';
import { applyPatch, parsePatch } from './patch.ts';
import { splitQuoted } from './quoted-list.ts';
import { parseRange } from './range.ts';
import { parseUploadHeaders } from './upload-headers.ts';

const second = 'application/openstack-images-v2.1-json-patch';
const draft: ImageDraft = { ...toNewImage({ name: 'a', tags: ['x', 'y'], os: 'linux' }), ownerId: 'p' };
const changed = (changes: unknown) => applyPatch(draft, parsePatch(changes, second));
const bad = (error: unknown) => hasCode(error, 'bad_request');

test('a pointer is decoded once, in the right order', () => {
  assert.equal(changed([{ op: 'add', path: '/~01', value: 'v' }]).properties['~1'], 'v');
  assert.equal(changed([{ op: 'add', path: '/a~1b', value: 'v' }]).properties['a/b'], 'v');
  for (const path of ['name', '/', '//name', '/name/', '/a~2', '/~', '/name/first', '/tags/x', '/tags/1/2']) {
    assert.throws(() => changed([{ op: 'add', path, value: 'v' }]), bad, path);
  }
});

test('single tags are added, replaced and removed where jsonpatch points', () => {
  const tags = (op: string, path: string, value?: string) => changed([{ op, path, value }]).tags;
  assert.deepEqual(tags('add', '/tags/-', 'z'), ['x', 'y', 'z']);
  assert.deepEqual(tags('add', '/tags/0', 'z'), ['z', 'x', 'y']);
  assert.deepEqual(tags('replace', '/tags/1', 'z'), ['x', 'z']);
  assert.deepEqual(tags('remove', '/tags/0'), ['y']);
  assert.throws(() => tags('replace', '/tags/2', 'z'), bad);
  assert.throws(() => tags('add', '/tags/3', 'z'), bad);
});

test('changes work on what the ones before them left', () => {
  const { properties } = changed([
    { op: 'add', path: '/os', value: 'bsd' },
    { op: 'add', path: '/k', value: '1' },
    { op: 'remove', path: '/os' },
    { op: 'replace', path: '/k', value: '2' },
  ]);
  assert.deepEqual({ ...properties }, { k: '2' });
  assert.deepEqual({ ...draft.properties }, { os: 'linux' });
});

test('quoted lists hold commas and quotes, and give back what was put in', () => {
  assert.deepEqual(splitQuoted('a,"b,c","d\\"e",'), ['a', 'b,c', 'd"e', '']);
  assert.throws(() => splitQuoted('"open'), bad);
  assert.throws(() => splitQuoted('"a"b'), bad);
  const quote = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`;
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (values) => {
      assert.deepEqual(
        splitQuoted(values.map(quote).join(',')),
        values.map((value) => value),
      );
    }),
  );
});

test('a time names its whole second, in any zone', () => {
  const filters = (value: string) =>
    parseListQuery(new URLSearchParams({ created_at: value, os_hidden: 'false' })).filters.filter(
      (filter) => filter.kind === 'number' || filter.kind === 'outside',
    );
  const at = Date.UTC(2026, 0, 2, 3, 4, 5);
  const bound = (operator: string, value: number) => ({
    kind: 'number',
    column: 'created_at',
    operator,
    value,
  });
  assert.deepEqual(filters('2026-01-02T03:04:05Z'), [bound('gte', at), bound('lt', at + 1000)]);
  assert.deepEqual(filters('gt:2026-01-02T04:04:05+01:00'), [bound('gte', at + 1000)]);
  assert.deepEqual(filters('lte:2026-01-02T03:04:05'), [bound('lt', at + 1000)]);
  assert.equal(filters('neq:2026-01-02T03:04:05Z')[0]?.kind, 'outside');
  for (const wrong of ['gt:yesterday', 'ge:2026-01-02T03:04:05Z', '1', ''])
    assert.throws(() => filters(wrong), bad);
});

test('both ways of sorting mean the same, and are not mixed', () => {
  const sort = (query: string) => parseListQuery(new URLSearchParams(query)).sort;
  assert.deepEqual(
    sort('sort=name:asc,size'),
    sort('sort_key=name&sort_dir=asc&sort_key=size&sort_dir=desc'),
  );
  assert.deepEqual(sort('sort_key=name&sort_key=size&sort_dir=asc'), [
    { key: 'name', dir: 'asc' },
    { key: 'size', dir: 'asc' },
  ]);
  assert.deepEqual(sort(''), [{ key: 'created_at', dir: 'desc' }]);
  assert.throws(() => sort('sort_key=name&sort_dir=asc&sort_dir=desc'), bad);
});

test('a parameter that is called like a part of JavaScript is a property', () => {
  for (const name of ['constructor', '__proto__', 'toString_min']) {
    const { filters } = parseListQuery(new URLSearchParams([[name, '1']]));
    assert.ok(filters.some((filter) => filter.kind === 'property' && filter.name === name));
  }
});

test('ranges are read as RFC 9110 has them, and others are ignored', () => {
  const range = (value: string) => parseRange(new Headers({ range: value }));
  assert.deepEqual(range('bytes=0-0'), { start: 0, end: 0 });
  assert.deepEqual(range('bytes=5-'), { start: 5, end: null });
  assert.deepEqual(range('bytes=-5'), { suffix: 5 });
  for (const ignored of ['bytes=', 'bytes=-', 'bytes=5-4', 'bytes=a-b', 'items=0-1', '0-1']) {
    assert.equal(range(ignored), null, ignored);
  }
  assert.throws(() => range('bytes=0-1,3-4'), bad);
});

test('an upload says its size by either header, and not two different ones', () => {
  const parse = (headers: Record<string, string>) =>
    parseUploadHeaders(new Headers({ 'content-type': 'application/octet-stream', ...headers }));
  assert.deepEqual(parse({ 'content-length': '0' }), { store: null, sizeBytes: 0 });
  assert.deepEqual(parse({ 'transfer-encoding': 'chunked', 'x-openstack-image-size': '7' }).sizeBytes, 7);
  assert.deepEqual(parse({ 'transfer-encoding': 'chunked' }).sizeBytes, null);
  assert.throws(() => parse({ 'content-length': '8', 'x-openstack-image-size': '7' }), bad);
  assert.throws(() => parse({ 'x-openstack-image-size': '-7' }), bad);
});

test('an import names its stores in one way, or twice the same', () => {
  const stores = (body: object, header: string | null = null) =>
    toImport({ method: { name: 'copy-image' }, ...body }, header, 'fast').stores;
  assert.deepEqual(stores({}), ['fast']);
  assert.deepEqual(stores({}, 'archive'), ['archive']);
  assert.deepEqual(stores({ stores: ['archive'] }, 'archive'), ['archive']);
  assert.deepEqual(stores({ all_stores: true }), 'all');
  assert.throws(() => stores({ stores: ['fast', 'archive'] }, 'archive'), bad);
  assert.throws(() => stores({ all_stores: true, stores: ['fast'] }), bad);
  assert.throws(() => stores({ stores: 'fast' }), bad);
});

test('a PATCH of locations holds one change, with a place where one is needed', () => {
  const change = (...changes: unknown[]) => toLocationChange(parsePatch(changes, second));
  const value = { url: 'file:///a/b', metadata: {} };
  const added = { kind: 'add', url: 'file:///a/b', sha512: null, body: value };
  assert.equal(change({ op: 'add', path: '/name', value: 'x' }), null);
  assert.deepEqual(change({ op: 'add', path: '/locations/-', value }), added);
  assert.deepEqual(change({ op: 'replace', path: '/locations', value: [value] }), added);
  assert.deepEqual(change({ op: 'remove', path: '/locations/1' }), { kind: 'remove', index: 1 });
  assert.throws(
    () => change({ op: 'replace', path: '/locations', value: [] }),
    (error) => hasCode(error, 'forbidden'),
  );
  for (const wrong of [
    { op: 'remove', path: '/locations' },
    { op: 'add', path: '/locations', value },
    { op: 'add', path: '/locations/-', value: { url: 'file:///a/b' } },
    { op: 'add', path: '/locations/-', value: { url: 'no url', metadata: {} } },
    { op: 'replace', path: '/locations', value: [value, value] },
  ]) {
    assert.throws(() => change(wrong), bad, JSON.stringify(wrong));
  }
  assert.throws(() => change({ op: 'remove', path: '/locations/1' }, { op: 'remove', path: '/x' }), bad);
});
