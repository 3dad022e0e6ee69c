import assert from 'node:assert/strict';
import test from 'node:test';
import { addresses, pages, safeNext } from './paths.ts';

test('goes back to the page that was left, with its filters', () => {
  assert.equal(safeNext('/images?store=fast&q=a%20b#x'), '/images?store=fast&q=a%20b#x');
});

test('never leaves this console after signing in', () => {
  for (const next of [
    'https://other.example/',
    '//other.example',
    '/\\other.example',
    'javascript:alert(1)',
    '',
    null,
  ]) {
    assert.equal(safeNext(next), '/');
  }
});

test('does not come back to the sign-in page itself', () => {
  assert.equal(safeNext('/sign-in?next=/images'), '/');
  assert.equal(pages.signIn('/'), '/sign-in');
  assert.equal(pages.signIn('/images?q=a'), '/sign-in?next=%2Fimages%3Fq%3Da');
  assert.equal(pages.signIn('/', true), '/sign-in?ended=1');
});

test('escapes ids in addresses', () => {
  assert.equal(addresses.location('a/b', 'x y'), '/api/v1/images/a%2Fb/locations/x%20y');
});
