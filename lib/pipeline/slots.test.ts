import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { KiB, MiB } from '#lib/contract/limits.ts';
import { SlotPool, type Slot, type SlotShare } from './slots.ts';

function takeAll(share: SlotShare): Slot[] {
  const taken: Slot[] = [];
  for (let slot = share.tryTake(); slot; slot = share.tryTake()) taken.push(slot);
  return taken;
}

test('one road leaves as many slots as it takes, and the next ones still get some', () => {
  const pool = new SlotPool({ slotLimit: 12 });
  const counts = Array.from({ length: 5 }, () => takeAll(pool.openShare()).length);
  assert.deepEqual(counts, [6, 3, 2, 1, 0]);
  assert.equal(pool.figures().inUse, 12);
  pool.close();
});

test('a slot comes back when its last reader lets go, to those who wait longest', async () => {
  const pool = new SlotPool({ slotLimit: 1 });
  const [first, second, third] = [pool.openShare(), pool.openShare(), pool.openShare()];
  const slot = first.tryTake();
  assert.ok(slot);
  const order: string[] = [];
  const waiting = [second.take(), third.take()].map(async (taking, index) => {
    const taken = await taking;
    order.push(index === 0 ? 'second' : 'third');
    taken.release();
  });
  slot.retain();
  slot.release();
  await delay(1);
  assert.deepEqual(order, []);
  slot.release();
  await Promise.all(waiting);
  assert.deepEqual(order, ['second', 'third']);
  assert.throws(() => slot.release(), /more often/);
  assert.equal(pool.figures().allocated, 1);
  pool.close();
});

const many = Array.from({ length: 100 }, () => 'broken');
for (const { hanging, destination, where } of [
  { hanging: [...many, 'broken-too', 'broken-as-well'], destination: 'sound', where: 'elsewhere' },
  { hanging: many.slice(0, 8), destination: 'broken', where: 'into the same store' },
]) {
  test(`roads that hang leave slots for one that goes on ${where}`, async () => {
    const pool = new SlotPool({ slotLimit: 8, stuckMilliseconds: 20 });
    const hang = async (share: SlotShare) => {
      for (;;) await share.take();
    };
    for (const store of hanging) void hang(pool.openShare(store)).catch(() => undefined);
    await delay(100);
    const sound = pool.openShare(destination);
    for (let count = 0; count < 10; count += 1) {
      const slot = await sound.take();
      await delay(10);
      slot.release();
    }
    const { inUse } = pool.figures();
    assert.ok(inUse >= 8 && inUse < 16, `${inUse} in use`);
    pool.close();
  });
}

test('a road that ends stops waiting with the reason of its end', async () => {
  const pool = new SlotPool({ slotLimit: 1 });
  const [first, second] = [pool.openShare(), pool.openShare()];
  const slot = first.tryTake();
  const waiting = second.take();
  second.close(new Error('the client hung up'));
  await assert.rejects(waiting, /hung up/);
  await assert.rejects(second.take(), /closed/);
  slot?.release();
  assert.equal(pool.figures().inUse, 0);
  pool.close();
});

test('slots that nobody needs go back to the system', async () => {
  const pool = new SlotPool({ slotLimit: 8, idleMilliseconds: 20 });
  const share = pool.openShare();
  const taken = takeAll(share);
  let dropped = 0;
  for (const slot of taken) slot.onDropped(() => (dropped += 1));
  const kept = taken.pop();
  for (const slot of taken) slot.release();
  await delay(100);
  assert.equal(dropped, taken.length);
  assert.deepEqual(pool.figures(), { allocated: 1, inUse: 1, waiting: 0, roads: 1, collectedBytes: 0 });
  kept?.release();
  pool.close();
});

test('the more roads hold received bytes, the less each gathers', () => {
  const pool = new SlotPool({ collectLimitBytes: 32 * MiB });
  assert.equal(pool.openShare().collectLimitBytes(), MiB);
  const shares = Array.from({ length: 1_000 }, () => pool.openShare());
  for (const share of shares) share.noteCollected(32 * KiB);
  assert.equal(shares[0]?.collectLimitBytes(), 64 * KiB);
  for (const share of shares) share.close(new Error('over'));
  assert.equal(pool.figures().collectedBytes, 0);
  pool.close();
});
