import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seal, unseal } from './sealed.ts';

const key = 'k'.repeat(64);

test('what was sealed opens at its place, with its key, and unchanged', () => {
  const sealed = seal(key, 'a token of Keystone', 'row 1');
  assert.ok(!Buffer.from(sealed, 'base64url').includes('Keystone'));
  assert.notEqual(sealed, seal(key, 'a token of Keystone', 'row 1'));
  assert.equal(unseal(key, sealed, 'row 1'), 'a token of Keystone');
  assert.equal(unseal(key, sealed, 'row 2'), null);
  assert.equal(unseal('x'.repeat(64), sealed, 'row 1'), null);
  const bytes = Buffer.from(sealed, 'base64url');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  assert.equal(unseal(key, bytes.toString('base64url'), 'row 1'), null);
  assert.equal(unseal(key, '', 'row 1'), null);
});
