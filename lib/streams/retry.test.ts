import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultRetryOptions, retryAfterMilliseconds, RetryBudget, retrying } from './retry.ts';

function slept() {
  const pauses: number[] = [];
  const options = {
    ...defaultRetryOptions,
    random: () => 1,
    sleep: async (milliseconds: number) => void pauses.push(milliseconds),
  };
  return { pauses, options };
}
const again = () => ({ retryAfterMilliseconds: 0 });

test('tries again with longer pauses and ends with the last error', async () => {
  const { pauses, options } = slept();
  let calls = 0;
  const run = async () => {
    calls += 1;
    throw new Error(`try ${calls}`);
  };
  await assert.rejects(retrying(new RetryBudget(), options, again, run), /try 5/);
  assert.deepEqual(pauses, [100, 200, 400, 800]);
});

test('waits as long as the server asks for, and not at all when that is too long', async () => {
  const { pauses, options } = slept();
  const once = async (attempt: number) => {
    if (attempt === 1) throw new Error('slow down');
    return attempt;
  };
  const asking = (retryAfter: number) => () => ({ retryAfterMilliseconds: retryAfter });
  assert.equal(await retrying(new RetryBudget(), options, asking(7000), once), 2);
  assert.deepEqual(pauses, [7000]);
  await assert.rejects(retrying(new RetryBudget(), options, asking(3_600_000), once), /slow down/);
});

test('does not repeat what is final', async () => {
  let calls = 0;
  const run = async () => {
    calls += 1;
    throw new Error('no');
  };
  await assert.rejects(
    retrying(new RetryBudget(), slept().options, () => 'final', run),
    /no/,
  );
  assert.equal(calls, 1);
});

test('repeats less and less while everything fails, and more again when calls succeed', async () => {
  const budget = new RetryBudget(6);
  let calls = 0;
  const failing = async () => {
    calls += 1;
    throw new Error('down');
  };
  for (let index = 0; index < 10; index++) {
    await assert.rejects(retrying(budget, slept().options, again, failing));
  }
  assert.equal(calls, 10 + 6);
  for (let index = 0; index < 10; index++) await retrying(budget, slept().options, again, async () => index);
  calls = 0;
  await assert.rejects(retrying(budget, slept().options, again, failing));
  assert.equal(calls, 2);
});

test('stops waiting at the signal', async () => {
  const stopping = new AbortController();
  const options = { ...defaultRetryOptions, firstBackoffMilliseconds: 15_000 };
  const failing = async () => {
    throw new Error('down');
  };
  const waiting = retrying(new RetryBudget(), options, again, failing, stopping.signal);
  setTimeout(() => stopping.abort(), 20);
  await assert.rejects(waiting, { name: 'AbortError' });
});

test('reads seconds and dates of Retry-After', () => {
  const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');
  assert.equal(retryAfterMilliseconds('3', now), 3000);
  assert.equal(retryAfterMilliseconds('Wed, 21 Oct 2026 07:28:05 GMT', now), 5000);
  assert.equal(retryAfterMilliseconds('Wed, 21 Oct 2026 07:27:05 GMT', now), 0);
  for (const nothing of [null, undefined, '', 'soon']) assert.equal(retryAfterMilliseconds(nothing, now), 0);
});
