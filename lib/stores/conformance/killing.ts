import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../fault-store.ts';
import { guardStore } from '../guarded-store.ts';
import { isStoreFault, type DurablePoint, type GuardedStore, type Store } from '../store.ts';
import { assertSameBytes, collect, marker, patternBytes, readAll } from './place.ts';
import type { Line } from './victim.ts';

/** An empty place for one victim. */
export interface KillPlace {
  /** What the victim writes to, opened here. */
  stores: readonly Store[];
  /** Of the victim's command line, before the seed. */
  parameters: readonly string[];
  /** Looks past the driver whether anything but markers is left. */
  assertEmpty?(): Promise<void>;
  remove(): Promise<void>;
}

export interface KillOptions {
  /** A program that calls `liveUntilKilled`. */
  victim: URL;
  openPlace(): Promise<KillPlace>;
  /** Unless KILL_ROUNDS says otherwise. */
  rounds: number;
  /** A victim lives at most so long after its first words. */
  longestMilliseconds: number;
  /** An object that is being removed is whole or not there; otherwise it may be in pieces. */
  isRemovedAtOnce: boolean;
}

interface Known {
  storeId: string;
  expected: Buffer;
  durable: DurablePoint;
  state: 'writing' | 'committed' | 'remove' | 'removed';
}

type Tally = Record<'committed' | 'removed' | 'resumed' | 'inDoubt', number>;

/** Kills victims at random, and does what the service does afterwards: looks, goes on or discards, removes. */
export async function surviveKills(context: TestContext, options: KillOptions): Promise<void> {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  context.diagnostic(`seed ${seed}`);
  const random = seededRandom(seed);
  const rounds = Number(process.env['KILL_ROUNDS'] ?? options.rounds);
  const tally: Tally = { committed: 0, removed: 0, resumed: 0, inDoubt: 0 };
  for (let round = 0; round < rounds; round++) {
    const place = await options.openPlace();
    const stores = new Map(place.stores.map((store) => [store.id, guardStore(store)]));
    try {
      for (const store of stores.values()) await store.writeMarker(marker(store.id));
      const parameters = [...place.parameters, String(seed + round)];
      const known = understand(
        await killAtRandom(options, parameters, random() * options.longestMilliseconds),
      );
      await checkInvariants(stores, known, tally, options);
      await place.assertEmpty?.();
    } finally {
      for (const store of stores.values()) await store.close();
      await place.remove();
    }
  }
  context.diagnostic(JSON.stringify(tally));
  assert.ok(tally.committed + tally.removed > 0, 'the victims got to do something');
}

async function killAtRandom(
  { victim }: KillOptions,
  parameters: readonly string[],
  milliseconds: number,
): Promise<Line[]> {
  const child = spawn(process.execPath, [fileURLToPath(victim), ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  await delay(milliseconds);
  assert.equal(child.exitCode, null, 'the victim lived until it was killed');
  child.kill('SIGKILL');
  await once(child, 'close');
  // A line without its end was not said.
  return said
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

function understand(lines: readonly Line[]): Map<string, Known> {
  const known = new Map<string, Known>();
  const durable = { durableBytes: 0, resumeState: null };
  for (const line of lines) {
    if (line.about === 'write' || line.about === 'copy') {
      const expected =
        line.about === 'write' ? patternBytes(line.size, line.seed) : known.get(line.source)?.expected;
      assert.ok(expected, 'what is copied was announced');
      known.set(line.key, { storeId: line.storeId, expected, durable, state: 'writing' });
      continue;
    }
    const object = known.get(line.key);
    assert.ok(object, 'nothing is told of an object that was not announced');
    if (line.about === 'durable') object.durable = line;
    else object.state = line.about;
  }
  return known;
}

async function checkInvariants(
  stores: ReadonlyMap<string, GuardedStore>,
  known: ReadonlyMap<string, Known>,
  tally: Tally,
  { isRemovedAtOnce }: KillOptions,
): Promise<void> {
  for (const store of stores.values()) {
    for (const { key } of await collect(store.list())) {
      assert.ok(known.has(key), `${key} was never announced`);
    }
  }
  for (const [key, object] of known) {
    const store = stores.get(object.storeId);
    assert.ok(store, object.storeId);
    if (object.state !== 'remove' || isRemovedAtOnce) await makeGood(store, key, object, tally);
    await unlessMissing(store.remove(key));
  }
  for (const store of stores.values()) {
    assert.deepEqual(await collect(store.list()), [], `${store.id} is empty by its own list`);
  }
}

async function makeGood(
  store: GuardedStore,
  key: string,
  { expected, durable, state }: Known,
  tally: Tally,
): Promise<void> {
  const found = await unlessMissing(readAll(store, key));
  if (found !== null) assertSameBytes(found, expected, key);
  if (state === 'committed') assert.ok(found !== null, `${key} was committed`);
  if (state === 'removed') assert.ok(found === null, `${key} was removed`);
  if (state === 'committed' || state === 'removed') tally[state] += 1;
  else if (found !== null || state === 'remove') tally.inDoubt += 1;
  if (state !== 'writing') return;
  if (found === null && durable.durableBytes > 0) {
    tally.resumed += 1;
    const writer = await store.resume(key, { ...durable, sizeBytes: expected.length });
    await writer.append([expected.subarray(durable.durableBytes)]);
    await writer.commit();
    assertSameBytes(await readAll(store, key), expected, `${key} after going on`);
  } else {
    await store.discard(key, durable.resumeState);
    if (found === null) return;
    assertSameBytes(await readAll(store, key), expected, `${key} after discarding its rest`);
  }
}

async function unlessMissing<Value>(work: Promise<Value>): Promise<Value | null> {
  try {
    return await work;
  } catch (error) {
    assert.ok(isStoreFault(error, 'not-found'), String(error));
    return null;
  }
}
