import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { assertSameBytes, collect, marker, patternBytes, readAll } from '../../conformance/place.ts';
import { seededRandom } from '../../fault-store.ts';
import { guardStore } from '../../guarded-store.ts';
import { isStoreFault, type GuardedStore } from '../../store.ts';
import type { Line } from './kill-victim.ts';
import { openDirectories } from './testing.ts';

const rounds = Number(process.env['KILL_ROUNDS'] ?? 20);

interface Known {
  store: 'store' | 'neighbour';
  expected: Buffer;
  durableBytes: number;
  state: 'writing' | 'committed' | 'removing' | 'removed';
}

test(`loses nothing acknowledged and leaves nothing unnamed when killed ${rounds} times`, async (context) => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  context.diagnostic(`seed ${seed}`);
  const random = seededRandom(seed);
  const tally = { committed: 0, removed: 0, resumed: 0, inDoubt: 0 };
  for (let round = 0; round < rounds; round++) {
    const place = await openDirectories();
    try {
      const stores = {
        store: guardStore(await place.open()),
        neighbour: guardStore(await place.openNeighbour()),
      };
      for (const store of Object.values(stores)) await store.writeMarker(marker(store.id));
      const lines = await killAtRandom(place.path, seed + round, random);
      await checkInvariants(stores, understand(lines), tally);
    } finally {
      await place.remove();
    }
  }
  context.diagnostic(JSON.stringify(tally));
  assert.ok(tally.committed > 0, 'the victims got to do something');
});

async function killAtRandom(directory: string, seed: number, random: () => number): Promise<Line[]> {
  const victim = fileURLToPath(new URL('kill-victim.ts', import.meta.url));
  const neighbour = directory.replace(/store$/, 'neighbour');
  const child = spawn(process.execPath, [victim, directory, neighbour, String(seed), 'image'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  await delay(random() * 250);
  assert.equal(child.exitCode, null, 'the victim lived until it was killed');
  child.kill('SIGKILL');
  await once(child, 'close');
  return said
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

function understand(lines: Line[]): Map<string, Known> {
  const known = new Map<string, Known>();
  for (const line of lines) {
    if (line.about === 'write') {
      const expected = patternBytes(line.size, line.seed);
      const store = line.seed % 2 ? 'store' : 'neighbour';
      known.set(line.key, { store, expected, durableBytes: 0, state: 'writing' });
      continue;
    }
    if (line.about === 'copy') {
      const expected = known.get(line.source)?.expected ?? Buffer.alloc(0);
      known.set(line.key, { store: 'store', expected, durableBytes: 0, state: 'writing' });
      continue;
    }
    const object = known.get(line.key);
    assert.ok(object, 'nothing is told of an object that was not announced');
    if (line.about === 'durable') object.durableBytes = line.durableBytes;
    else if (line.about === 'remove') object.state = 'removing';
    else object.state = line.about;
  }
  return known;
}

async function checkInvariants(
  stores: Record<Known['store'], GuardedStore>,
  known: Map<string, Known>,
  tally: Record<'committed' | 'removed' | 'resumed' | 'inDoubt', number>,
): Promise<void> {
  for (const store of Object.values(stores)) {
    for (const { key } of await collect(store.list()))
      assert.ok(known.has(key), `${key} was never announced`);
  }
  for (const [key, { store: storeId, expected, durableBytes, state }] of known) {
    const store = stores[storeId];
    const found = await readAll(store, key).catch((error: unknown) => {
      assert.ok(isStoreFault(error, 'not-found'), String(error));
      return null;
    });
    if (found !== null) assertSameBytes(found, expected, key);
    if (state === 'committed') assert.ok(found !== null, `${key} was committed`);
    if (state === 'removed') assert.ok(found === null, `${key} was removed`);
    if (state === 'committed' || state === 'removed') tally[state] += 1;
    if (state === 'removing') tally.inDoubt += 1;
    if (state !== 'writing') continue;
    if (found !== null) {
      tally.inDoubt += 1;
      await store.discard(key, null);
      assertSameBytes(await readAll(store, key), expected, `${key} after discarding its draft`);
    } else if (durableBytes > 0) {
      tally.resumed += 1;
      const writer = await store.resume(key, { durableBytes, resumeState: null, sizeBytes: null });
      await writer.append([expected.subarray(durableBytes)]);
      await writer.commit();
      assertSameBytes(await readAll(store, key), expected, `${key} after going on`);
    } else {
      await store.discard(key, null);
    }
    assert.ok((await collect(store.list())).every((object) => object.key !== key || !object.unfinished));
  }
}
