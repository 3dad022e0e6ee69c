import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MiB } from '#lib/contract/limits.ts';
import { LagWatch } from './lag-watch.ts';
import type { Sink } from './sink.ts';

function sinkBehind(bytes: number): Sink {
  return { queuedBytes: bytes } as Sink;
}

test('the time that the process stood still is nobody’s fault, the time that all waited for one is', async (t) => {
  const slow = sinkBehind(16 * MiB);
  const sinks = [slow, sinkBehind(0)];
  const blamed: Sink[] = [];
  const watch = new LagWatch(1_900);
  let frozenMilliseconds = 0;
  const now = performance.now.bind(performance);
  t.mock.method(performance, 'now', () => now() + frozenMilliseconds);
  const wait = Promise.withResolvers<void>();
  const over = watch.during(
    wait.promise,
    () => sinks,
    (sink) => blamed.push(sink),
  );
  await sleep(100);
  frozenMilliseconds = 60_000;
  await sleep(700);
  assert.deepEqual(blamed, []);
  while (blamed.length === 0) await sleep(50);
  assert.equal(blamed[0], slow);
  wait.resolve();
  await over;
});
