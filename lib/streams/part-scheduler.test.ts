import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { PartScheduler } from './part-scheduler.ts';

test('runs so many parts at once and makes the next one wait', async () => {
  const scheduler = new PartScheduler(3);
  let most = 0;
  let now = 0;
  let done = 0;
  for (let index = 0; index < 20; index++) {
    await scheduler.start(async () => {
      most = Math.max(most, (now += 1));
      await sleep(1 + (index % 3));
      now -= 1;
      done += 1;
    });
    assert.ok(scheduler.running <= 3);
  }
  await scheduler.settle();
  assert.deepEqual({ most, done, running: scheduler.running }, { most: 3, done: 20, running: 0 });
});

test('stops the others when one fails, and tells the failure to whoever comes next', async () => {
  const scheduler = new PartScheduler(2);
  let stopped = false;
  await scheduler.start(async (signal) => {
    await sleep(60_000, undefined, { signal }).catch(() => (stopped = true));
  });
  await scheduler.start(async () => {
    await sleep(5);
    throw new Error('the line is cut');
  });
  await assert.rejects(
    scheduler.start(async () => assert.fail('it was begun')),
    /the line is cut/,
  );
  await assert.rejects(scheduler.settle(), /the line is cut/);
  await scheduler.stop();
  assert.equal(stopped, true);
});

test('lets go at the signal while parts go on, and ends them when it is stopped', async () => {
  const scheduler = new PartScheduler(1);
  let ended = false;
  await scheduler.start(async (signal) => {
    await sleep(60_000, undefined, { signal }).catch(() => undefined);
    ended = true;
  });
  const stopping = new AbortController();
  setTimeout(() => stopping.abort(), 10);
  await assert.rejects(
    scheduler.start(async () => assert.fail(), stopping.signal),
    { name: 'AbortError' },
  );
  assert.equal(ended, false);
  await scheduler.stop();
  await scheduler.stop();
  assert.equal(ended, true);
});
