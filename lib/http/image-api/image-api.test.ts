import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '#lib/contract/errors.ts';
import type { ImageDraft } from '#lib/services/images/draft.ts';
import { toNewImage } from './create-body.ts';
import { toImport } from './import-body.ts';
import { parseListQuery } from './list-query.ts';
import { toLocation } from './location-body.ts';
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
  assert.throws(() => stores({ more: 'x'.repeat(70_000) }), bad);
});

test('a PATCH of locations changes them in one way, with a place where one is needed', () => {
  const change = (...changes: unknown[]) => toLocationChange(parsePatch(changes, second));
  const value = { url: 'file:///a/b', metadata: {} };
  const given = { url: 'file:///a/b', sha512: null, body: value };
  const add = { op: 'add', path: '/locations/-', value };
  assert.equal(change({ op: 'add', path: '/name', value: 'x' }), null);
  assert.deepEqual(change(add), { kind: 'add', locations: [given] });
  assert.deepEqual(change(add, { ...add, path: '/locations/0' }), { kind: 'add', locations: [given, given] });
  assert.deepEqual(change({ op: 'replace', path: '/locations', value: [value] }), {
    kind: 'replace',
    locations: [given],
  });
  assert.deepEqual(change({ op: 'replace', path: '/locations', value: [] }), {
    kind: 'replace',
    locations: [],
  });
  assert.deepEqual(change({ op: 'remove', path: '/locations/1' }, { op: 'remove', path: '/locations/-' }), {
    kind: 'remove',
    places: [1, 'last'],
  });
  for (const wrong of [
    { op: 'remove', path: '/locations' },
    { op: 'add', path: '/locations', value },
    { op: 'add', path: '/locations/-', value: { url: 'file:///a/b' } },
    { op: 'add', path: '/locations/-', value: { url: 'no url', metadata: {} } },
    { op: 'replace', path: '/locations', value },
    { op: 'replace', path: '/locations/0', value: [value] },
  ]) {
    assert.throws(() => change(wrong), bad, JSON.stringify(wrong));
  }
  const remove = { op: 'remove', path: '/locations/1' };
  assert.throws(() => change(remove, { op: 'remove', path: '/x' }), bad);
  assert.throws(() => change(remove, add), bad);
});

test('what a location must be is said by one hash, the attribute’s by its SHA-512 alone', () => {
  const [sha512, md5] = ['AB'.repeat(64), 'ab'.repeat(16)];
  const told = (validation_data: unknown, withChecksum = false) =>
    toLocation({ url: 'file:///a/b', validation_data }, { withChecksum }).sha512;
  const conflict = (error: unknown) => hasCode(error, 'conflict');
  const right = { os_hash_algo: 'sha512', os_hash_value: sha512 };
  assert.equal(told(right), sha512.toLowerCase());
  assert.equal(told({ ...right, checksum: md5 }, true), sha512.toLowerCase());
  assert.equal(told({}), null);
  const sha256 = { os_hash_algo: 'sha256', os_hash_value: 'AB'.repeat(32) };
  const { otherHash } = toLocation({ url: 'file:///a/b', validation_data: sha256 });
  assert.deepEqual(otherHash, { algorithm: 'sha256', value: 'ab'.repeat(32) });
  for (const [validation, refused, withChecksum] of [
    [sha256, conflict, true],
    [{ ...sha256, os_hash_algo: 'sha1' }, conflict, false],
    [{ os_hash_algo: 'crc32', os_hash_value: 'ab' }, bad, false],
    [{ os_hash_algo: 'crc32', os_hash_value: 'ab' }, conflict, true],
    [{ ...right, os_hash_value: 'xy'.repeat(64) }, conflict, false],
    [{ ...right, os_hash_value: 'ab' }, conflict, false],
    [{ ...right, checksum: md5 }, bad, false],
    [{ ...right, checksum: 'ab' }, conflict, true],
    [{ checksum: md5 }, bad, true],
    [{ ...right, os_hash_value: 5 }, bad, true],
    ['x', bad, true],
  ] as const) {
    assert.throws(() => told(validation, withChecksum), refused, JSON.stringify(validation));
  }
});

test('more than anybody needs is refused before it costs anything', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`);
  const properties = Object.fromEntries(many(50_000).map((name) => [name, 'x']));
  const begin = performance.now();
  assert.throws(() => toNewImage(properties), { code: 'quota_exceeded' });
  const changes = many(20_000).map((name) => ({ op: 'add', path: `/${name}`, value: 'x' }));
  assert.throws(() => parsePatch(changes, second), bad);
  assert.ok(performance.now() - begin < 1_000);
  const filters = new URLSearchParams(many(2_000).map((name) => [name, 'x']));
  assert.throws(() => parseListQuery(filters), bad);
  const sort = parseListQuery(new URLSearchParams({ sort: 'name:asc,id,name:desc,name' })).sort;
  assert.deepEqual(sort, [
    { key: 'name', dir: 'asc' },
    { key: 'id', dir: 'desc' },
  ]);
  const [size] = parseListQuery(new URLSearchParams({ size_min: '9'.repeat(400) })).filters.slice(-1);
  assert.deepEqual(size, {
    kind: 'number',
    column: 'size_bytes',
    operator: 'gte',
    value: Number.MAX_SAFE_INTEGER,
  });
  assert.throws(
    () => toNewImage({ number: [['x'.repeat(100_000)]] }),
    (error) => hasCode(error, 'bad_request') && (error as Error).message.length < 500,
  );
});
