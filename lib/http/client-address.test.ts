import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressBehind } from './client-address.ts';

const proxies = ['10.0.0.5', '10.1.0.0/24', 'fd00::/64'];

test('who is no proxy of ours writes what they like, and it counts for nothing', () => {
  assert.equal(addressBehind('192.0.2.1', null, proxies), '192.0.2.1');
  assert.equal(addressBehind('192.0.2.1', '198.51.100.7', proxies), '192.0.2.1');
  assert.equal(addressBehind('10.0.0.6', '198.51.100.7', proxies), '10.0.0.6');
  assert.equal(addressBehind('2001:db8::1', '10.0.0.5', []), '2001:db8::1');
});

test('a proxy names whom it was asked by last, and what came to it before is not believed', () => {
  assert.equal(addressBehind('10.0.0.5', '1.1.1.1, 198.51.100.7', proxies), '198.51.100.7');
  assert.equal(addressBehind('10.0.0.5', '1.1.1.1, 198.51.100.7, 10.1.0.9', proxies), '198.51.100.7');
  assert.equal(addressBehind('fd00::2', '2001:db8::7', proxies), '2001:db8::7');
  assert.equal(addressBehind('10.0.0.5', '::ffff:198.51.100.7', proxies), '198.51.100.7');
  for (const forwarded of [null, '', 'unknown', '198.51.100.7, nobody', '198.51.100.7,']) {
    assert.equal(addressBehind('10.0.0.5', forwarded, proxies), '10.0.0.5', String(forwarded));
  }
});

test('a proxy on this machine needs no word, and says nothing of others on it', () => {
  assert.equal(addressBehind('127.0.0.1', '1.1.1.1, 198.51.100.7', []), '198.51.100.7');
  assert.equal(addressBehind('::1', '2001:db8::7', []), '2001:db8::7');
  assert.equal(addressBehind('127.0.0.1', '1.1.1.1, 127.0.0.1', []), '127.0.0.1');
});
