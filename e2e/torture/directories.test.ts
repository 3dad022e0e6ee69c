import assert from 'node:assert/strict';
import { test } from 'node:test';
import { torture } from './torture.ts';

test('a server that is killed at random for a while loses nothing and leaves nothing behind', async (t) => {
  const seed = Date.now() % 2 ** 31;
  const say = (line: string): void => t.diagnostic(line);
  say(`--seed ${seed}`);
  const { broken, counts } = await torture(t, { seconds: 45, seed, say });
  say(JSON.stringify(counts));
  assert.deepEqual(broken, [], `npm run torture -- --seconds 45 --seed ${seed}`);
});
