import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNamespace, parseObject, parseProperty } from './bodies.ts';

const given = {
  namespace: 'Ours',
  visibility: 'public',
  resource_type_associations: [{ name: 'OS::Nova::Flavor', prefix: 'hw:', created_at: 'x', updated_at: 'x' }],
  objects: [{ name: 'o', required: [], properties: {}, self: 'x', schema: 'x', created_at: 'x' }],
  properties: { p: { name: 'p', title: 'P', type: 'boolean', default: true } },
  tags: [{ name: 't' }],
};

test('takes a namespace back as it was shown, links and times of what is in it included', () => {
  const { namespace, entries } = parseNamespace(given);
  assert.equal(namespace.visibility, 'public');
  assert.deepEqual(entries, [
    { kind: 'resource_type', name: 'OS::Nova::Flavor', body: { prefix: 'hw:' } },
    { kind: 'object', name: 'o', body: { required: [], properties: {} } },
    { kind: 'property', name: 'p', body: { title: 'P', type: 'boolean', default: 'True' } },
    { kind: 'tag', name: 't', body: {} },
  ]);
});

test('refuses what is the server’s own, what no schema knows, and names that no path can hold', () => {
  for (const key of ['self', 'schema', 'created_at', 'updated_at']) {
    assert.throws(() => parseNamespace({ ...given, [key]: 'x' }), { code: 'forbidden' });
  }
  assert.throws(() => parseNamespace({ ...given, unknown: 1 }), { code: 'bad_request' });
  for (const namespace of ['', 'a/b', 'x'.repeat(81)]) {
    assert.throws(() => parseNamespace({ namespace }), { code: 'bad_request' });
  }
  assert.throws(() => parseObject({ name: 'o', self: 'x' }), { code: 'forbidden' });
  assert.throws(() => parseObject({ name: 'o', unknown: 1 }), { code: 'bad_request' });
  assert.throws(() => parseProperty({ name: 'p', title: 'P', type: 'strange' }), { code: 'bad_request' });
  assert.throws(() => parseProperty(undefined), { code: 'bad_request' });
});
