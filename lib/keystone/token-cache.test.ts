import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../contract/errors.ts';
import { cacheKey, TokenCache } from './token-cache.ts';
import type { KeystoneToken } from './token.ts';

const known = { expiresAt: 1e15 } as KeystoneToken;

/** A cache with a clock of its own, and how often Keystone was asked. */
function open(freshSeconds = 60) {
  const place = { time: 0, asked: 0, answer: known as KeystoneToken | null };
  const cache = new TokenCache({ freshSeconds, now: () => place.time });
  const get = (token = 'a') =>
    cache.get(cacheKey(token, false), async () => {
      place.asked += 1;
      await new Promise((resolve) => setImmediate(resolve));
      return place.answer;
    });
  return { place, cache, get };
}

test('however many requests bear a token, Keystone is asked once, and again after the time', async () => {
  const { place, get } = open();
  const answers = await Promise.all(Array.from({ length: 500 }, () => get()));
  assert.ok(answers.every((answer) => answer === known));
  assert.equal(place.asked, 1);
  place.time = 59_999;
  await get();
  assert.equal(place.asked, 1);
  place.time = 60_000;
  await get();
  assert.equal(place.asked, 2);
});

test('a token that is not known is asked about again soon', async () => {
  const { place, get } = open();
  place.answer = null;
  assert.equal(await get(), null);
  assert.equal(await get(), null);
  assert.equal(place.asked, 1);
  place.time = 5_000;
  place.answer = known;
  assert.equal(await get(), known);
});

test('an answer that was on its way when the token was revoked is not kept', async () => {
  const { place, cache, get } = open();
  const asking = get();
  cache.forget(cacheKey('a', false));
  await asking;
  await get();
  assert.equal(place.asked, 2);
});

test('a failure is told to all who wait and remembered for nobody', async () => {
  const { cache, get } = open();
  const fail = () => cache.get(cacheKey('a', false), () => Promise.reject(new Error('away')));
  const results = await Promise.allSettled([fail(), fail()]);
  assert.ok(results.every(({ status }) => status === 'rejected'));
  assert.equal(await get(), known);
});

test('few questions run at a time, and a crowd is told to come back', async () => {
  const cache = new TokenCache({ freshSeconds: 60, now: () => 0 });
  let running = 0;
  let most = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 1_100 }, (_, index) =>
      cache.get(cacheKey(`token ${index}`, false), async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return known;
      }),
    ),
  );
  assert.equal(most, 8);
  const refused = results.filter((result) => result.status === 'rejected');
  assert.equal(refused.length, 1_100 - 1_008);
  assert.ok(refused.every(({ reason }) => hasCode(reason, 'identity_unavailable')));
});

test('what is kept is named by a hash and never by the token', () => {
  assert.match(cacheKey('secret-token', false), /^[0-9a-f]{64}$/);
  assert.notEqual(cacheKey('secret-token', true), cacheKey('secret-token', false));
});
