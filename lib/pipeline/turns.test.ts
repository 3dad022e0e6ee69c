import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MiB } from '#lib/contract/limits.ts';
import { Turns } from './turns.ts';

test('lets so many go at once, and the next when one rests', async () => {
  const turns = new Turns(2);
  const [first, second, third] = [turns.open(), turns.open(), turns.open()];
  assert.equal(first.wait(1), null);
  assert.equal(second.wait(1), null);
  const waiting = third.wait(1);
  assert.ok(waiting);
  assert.equal(first.wait(1), null, 'whoever goes, goes on');
  first.rest();
  await waiting;
  assert.equal(third.wait(1), null);
  turns.close();
});

test('a road that nobody writes to does not keep others waiting', async () => {
  const turns = new Turns(1);
  const [slow, quick] = [turns.open(), turns.open()];
  assert.equal(slow.wait(1), null);
  await quick.wait(1);
  assert.equal(quick.wait(1), null);
  turns.close();
});

test('a road that goes on and on gives the others their turn', async () => {
  const turns = new Turns(1);
  const [long, other] = [turns.open(), turns.open()];
  assert.equal(long.wait(1), null);
  let isOthersTurn = false;
  const waiting = other.wait(1)?.then(() => {
    isOthersTurn = true;
  });
  let bytes = 0;
  for (let turn = long.wait(MiB); ; turn = long.wait(MiB)) {
    if (turn) {
      await waiting;
      other.rest();
      await turn;
      break;
    }
    bytes += MiB;
  }
  assert.ok(isOthersTurn);
  assert.equal(bytes, 8 * MiB);
  assert.equal(long.wait(1), null);
  turns.close();
});

test('a road that ends while it waits is told', async () => {
  const turns = new Turns(1);
  const [first, second] = [turns.open(), turns.open()];
  assert.equal(first.wait(1), null);
  const waiting = second.wait(1);
  second.rest();
  await waiting;
  assert.equal(turns.waiting, 0);
  turns.close();
});

test('while bytes pile up fewer go at once, and more again when they do not', async () => {
  let isBusy = true;
  const turns = new Turns(32, () => isBusy);
  const roads = Array.from({ length: 32 }, () => turns.open());
  const going = () => roads.length - turns.waiting;
  const waits = roads.map((road) => road.wait(1));
  assert.equal(going(), 8);
  roads[0]?.rest();
  assert.equal(going(), 9, 'one that rests gives its turn to one other');
  isBusy = false;
  roads[1]?.rest();
  await Promise.all(waits);
  assert.equal(turns.waiting, 0);
  turns.close();
});
