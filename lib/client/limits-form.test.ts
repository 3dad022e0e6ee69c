import assert from 'node:assert/strict';
import test from 'node:test';
import { GiB, MiB, TiB } from '#lib/contract/limits.ts';
import { ProjectLimits } from '#lib/contract/quotas.ts';
import type { ProjectUsage } from '#lib/contract/quotas.ts';
import { emptyFieldsOf, parseAmount, toAmountText, toLimitFields, toProjectLimits } from './limits-form.ts';

test('reads sizes with their units, GiB without one', () => {
  for (const [text, bytes] of [
    ['500', 500 * GiB],
    [' 500 GiB ', 500 * GiB],
    ['1.5T', 1.5 * TiB],
    ['1,5 tib', 1.5 * TiB],
    ['200 GB', 200e9],
    ['0', 0],
    ['20480 MiB', 20 * GiB],
    ['7 B', 7],
  ] as const) {
    assert.equal(parseAmount('image_size_total', text), bytes, text);
  }
  for (const text of ['', 'much', '-1', '5 XiB', '1e9', '1.2.3', 'GiB', '9000000 TiB']) {
    assert.equal(parseAmount('image_stage_total', text), null, text);
  }
});

test('reads counts as whole numbers only', () => {
  assert.equal(parseAmount('image_count_total', ' 12 '), 12);
  assert.equal(parseAmount('image_count_total', '1,200'), 1200);
  for (const text of ['', '1.5', '3 GiB', '-2', '1,2', '99999999999999999']) {
    assert.equal(parseAmount('image_count_uploading', text), null, text);
  }
});

test('writes an amount so that it is read as the same', () => {
  for (const [amount, text] of [
    [500 * GiB, '500 GiB'],
    [1.5 * TiB, '1.5 TiB'],
    [100 * MiB, '100 MiB'],
    [1500 * GiB, '1500 GiB'],
    [200e9, '195312500 KiB'],
    [0, '0 B'],
    [1234567, '1234567 B'],
  ] as const) {
    assert.equal(toAmountText('image_size_total', amount), text);
    assert.equal(parseAmount('image_size_total', text), amount);
  }
  assert.equal(toAmountText('image_count_total', 12), '12');
});

const usage: ProjectUsage = {
  project: { id: 'p1', name: 'web' },
  figures: [
    { store: null, name: 'image_size_total', used: 5 * GiB, limit: 100 * GiB, from: 'project' },
    { store: null, name: 'image_stage_total', used: 0, limit: null, from: 'default' },
    { store: null, name: 'image_count_total', used: 3, limit: null, from: 'project' },
    { store: null, name: 'image_count_uploading', used: 0, limit: 4, from: 'keystone' },
    { store: 'fast', name: 'image_size_total', used: 5 * GiB, limit: 50 * GiB, from: 'project' },
    { store: 'fast', name: 'image_count_total', used: 3, limit: null, from: 'default' },
  ],
};

test('sends what was set, and leaves out what is as everywhere', () => {
  const fields = toLimitFields(usage);
  assert.equal(fields.length, 8);
  assert.deepEqual(toProjectLimits(fields), {
    image_size_total: 100 * GiB,
    image_count_total: null,
    stores: { fast: { image_size_total: 50 * GiB } },
  });
  assert.deepEqual(toProjectLimits([...fields, ...emptyFieldsOf('archive')]), toProjectLimits(fields));
  const changed = fields.map((field) =>
    field.store === 'fast' ? { ...field, choice: 'inherited' as const } : field,
  );
  assert.deepEqual(toProjectLimits(changed), { image_size_total: 100 * GiB, image_count_total: null });
  assert.ok(ProjectLimits.safeParse(toProjectLimits(fields)).success);
});

test('sends nothing while something cannot be read', () => {
  const fields = toLimitFields(usage).map((field) =>
    field.name === 'image_count_total' ? { ...field, choice: 'most' as const, text: 'some' } : field,
  );
  assert.equal(toProjectLimits(fields), null);
});
