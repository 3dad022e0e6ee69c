import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeStreamPlace } from './stream-limit.ts';

test('nobody takes the streams of all others, however many tokens they make', () => {
  const place = (user: string, session: number) =>
    takeStreamPlace({ userId: user, tokenHash: `${user}-${session}` });
  const taken = Array.from({ length: 100 }, (_, at) => place('eager', Math.floor(at / 20)));
  assert.throws(() => place('eager', 5), { code: 'too_many_requests' });
  const other = Array.from({ length: 20 }, () => place('other', 0));
  assert.throws(() => place('other', 0), { code: 'too_many_requests' });
  taken[0]?.();
  taken[0]?.();
  taken.push(place('eager', 6));
  assert.throws(() => place('eager', 7), { code: 'too_many_requests' });
  for (const giveBack of [...taken, ...other]) giveBack();
  for (const giveBack of Array.from({ length: 20 }, () => place('eager', 0))) giveBack();
});
