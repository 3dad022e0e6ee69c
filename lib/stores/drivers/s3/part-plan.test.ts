import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GiB, MiB } from '#lib/contract/limits.ts';
import { PartPlan, partsAtMost } from './part-plan.ts';

/** Bytes that an object has when its parts are used up. */
function reach(plan: PartPlan, cutShort: (part: number) => boolean, from = { parts: 0, bytes: 0 }): number {
  let position = from.bytes;
  for (let part = from.parts; part < partsAtMost; part++) {
    const early = position + 5 * MiB;
    position = cutShort(part) && plan.mayEndAt(part, early) ? early : position + plan.bytesOf(part);
  }
  return position;
}

test('reaches 5 TiB in 10,000 parts when the size is unknown, however often a part ends early', () => {
  for (const base of [5 * MiB, 16 * MiB, 64 * MiB]) {
    for (const cutShort of [() => false, () => true, (part: number) => part % 3 > 0]) {
      assert.ok(reach(new PartPlan(base, null), cutShort) >= 5 * 1024 * GiB);
    }
  }
});

test('holds no part above 64 MiB in memory up to 500 GB, however often a part ends early', () => {
  for (const early of [1, 5, 8, 63].map((count) => count * MiB)) {
    const plan = new PartPlan(16 * MiB, null);
    let position = 0;
    for (let part = 0; position < 500e9; part++) {
      assert.ok(plan.bytesOf(part) <= 64 * MiB, `part ${part} at ${position}`);
      const mayEnd = early >= 5 * MiB && plan.mayEndAt(part, position + early);
      position += mayEnd ? Math.min(early, plan.bytesOf(part)) : plan.bytesOf(part);
    }
  }
});

test('reaches the size that is known, and stays with small parts where they do', () => {
  assert.equal(new PartPlan(16 * MiB, 100 * GiB).bytesOf(0), 16 * MiB);
  assert.equal(new PartPlan(16 * MiB, 100 * GiB).bytesOf(9_999), 16 * MiB);
  for (const size of [1, 16 * MiB, 140 * GiB, 500 * GiB, 5 * 1024 * GiB]) {
    assert.ok(reach(new PartPlan(16 * MiB, size), () => true) >= size, `${size} bytes`);
    assert.ok(new PartPlan(16 * MiB, size).bytesOf(0) <= 5 * GiB);
  }
  assert.ok(new PartPlan(16 * MiB, 500 * GiB).bytesOf(0) <= 64 * MiB);
});

test('reaches a size that is told late, whatever the parts before were', () => {
  const size = 5 * 1024 * GiB;
  for (const parts of [1, 1_000, 8_000]) {
    const sent = { parts, bytes: parts * 5 * MiB };
    const plan = new PartPlan(16 * MiB, size, sent);
    assert.ok(plan.bytesOf(parts) <= 5 * GiB);
    assert.ok(reach(plan, () => true, sent) >= size, `after ${parts} parts`);
  }
});
