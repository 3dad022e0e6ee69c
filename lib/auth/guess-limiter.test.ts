import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GuessLimiter } from './guess-limiter.ts';

test('who moves through the addresses of one network is one guesser', () => {
  const limiter = new GuessLimiter();
  const isRefused = (address: string) => {
    try {
      limiter.delayMilliseconds('somebody', address, 0);
      return false;
    } catch {
      return true;
    }
  };
  for (let at = 1; at <= 30; at += 1) limiter.failed(`name-${at}`, `2001:db8:0:7::${at.toString(16)}`, 0);
  for (const address of ['2001:db8:0:7::99', '2001:DB8:0:7:1:2:3:4', '2001:db8:0:7:ffff::']) {
    assert.ok(isRefused(address), address);
  }
  for (const address of ['2001:db8:0:8::1', '2001:db8::7', '192.0.2.1'])
    assert.ok(!isRefused(address), address);
});
