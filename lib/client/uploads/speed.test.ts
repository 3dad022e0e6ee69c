import assert from 'node:assert/strict';
import test from 'node:test';
import { createSpeedometer } from './speed.ts';

test('says no rate before a second and no time left before ten seconds of measuring', () => {
  const speed = createSpeedometer();
  speed.add(0, 0);
  speed.add(500, 500);
  assert.equal(speed.rate(500), null);
  speed.add(1_000, 1_000);
  assert.equal(speed.rate(1_000), 1_000);
  for (let at = 2_000; at <= 10_000; at += 1_000) {
    speed.add(at, at);
    assert.equal(speed.etaSeconds(5_000, at), at < 10_000 ? null : 5);
  }
});

test('forgets what is older than its window', () => {
  const speed = createSpeedometer();
  for (let at = 0; at <= 20_000; at += 500) speed.add(at * 10, at);
  for (let at = 20_500; at <= 40_000; at += 500) speed.add(200_000 + (at - 20_000), at);
  assert.equal(speed.rate(40_000), 1_000);
});

test('slows down while nothing moves, and says no time left when nothing did for a while', () => {
  const speed = createSpeedometer();
  for (let at = 0; at <= 10_000; at += 1_000) speed.add(at, at);
  assert.ok((speed.rate(14_000) ?? 0) < 1_000);
  assert.ok((speed.rate(14_000) ?? 0) > 0);
});

test('measures afresh when an upload goes on from an earlier offset', () => {
  const speed = createSpeedometer();
  for (let at = 0; at <= 12_000; at += 1_000) speed.add(at, at);
  speed.add(4_000, 13_000);
  assert.equal(speed.rate(13_000), null);
  assert.equal(speed.etaSeconds(1_000, 13_000), null);
});
