import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startSwift } from '#e2e/servers/swift.ts';
import { assertSameBytes, collect, marker, patternBytes, readAll } from '../../conformance/place.ts';
import { seededRandom } from '../../fault-store.ts';
import { guardStore } from '../../guarded-store.ts';
import { isStoreFault, type GuardedStore } from '../../store.ts';
import type { Line } from './kill-victim.ts';
import type { SwiftOptions } from './options.ts';
import { openSwiftPlace } from './test-place.ts';

const rounds = Number(process.env['KILL_ROUNDS'] ?? 8);
const given = process.env['STOWAGE_TEST_SWIFT'];
const started = given ? null : await startSwift();
const skip = started === null || started.ok ? false : started.reason;
const server = started?.ok ? started.server : null;
after(() => server?.remove());

interface Known {
  expected: Buffer;
  durable: { durableBytes: number; resumeState: string | null } | null;
  state: 'write' | 'copy' | 'committed' | 'remove' | 'removed';
}

test(
  `loses nothing acknowledged and leaves no segment when killed ${rounds} times`,
  { skip },
  async (context) => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    context.diagnostic(`seed ${seed}`);
    const random = seededRandom(seed);
    const tally: Record<string, number> = {};
    const auth_url = given ?? server?.authUrl ?? '';
    for (let round = 0; round < rounds; round++) {
      const place = await openSwiftPlace({ auth_url, username: 'test:tester', password: 'testing' });
      const store = guardStore(await place.open());
      await store.writeMarker(marker('store'));
      const known = understand(await killAtRandom(place.options, seed + round, random));
      for (const [key, object] of known) {
        tally[object.state] = (tally[object.state] ?? 0) + 1;
        await makeGood(store, key, object);
      }
      assert.deepEqual(await collect(store.list()), [], 'the store is empty for its own list');
      const { container } = place.options;
      assert.deepEqual(await place.names(), [`${container}/.stowage-store.json`], 'and for Swift');
      await store.close();
      await place.remove();
    }
    context.diagnostic(JSON.stringify(tally));
  },
);

async function killAtRandom(options: SwiftOptions, seed: number, random: () => number): Promise<Line[]> {
  const victim = fileURLToPath(new URL('kill-victim.ts', import.meta.url));
  const child = spawn(process.execPath, [victim, JSON.stringify(options), String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  await delay(random() * 2_500);
  assert.equal(child.exitCode, null, 'the victim lived until it was killed');
  child.kill('SIGKILL');
  await once(child, 'close');
  return said
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

function understand(lines: readonly Line[]): Map<string, Known> {
  const known = new Map<string, Known>();
  for (const line of lines) {
    if (line.about === 'write') {
      known.set(line.key, { expected: patternBytes(line.size, line.seed), durable: null, state: 'write' });
    } else if (line.about === 'copy') {
      const expected = known.get(line.source)?.expected ?? Buffer.alloc(0);
      known.set(line.key, { expected, durable: null, state: 'copy' });
    } else {
      const object = known.get(line.key);
      assert.ok(object, 'nothing is told of an object that was not announced');
      if (line.about === 'durable') object.durable = line;
      else object.state = line.about;
    }
  }
  return known;
}

/** What the service does after a crash: looks, goes on or discards; in the end everything is removed. */
async function makeGood(
  store: GuardedStore,
  key: string,
  { expected, durable, state }: Known,
): Promise<void> {
  const isThere = await store.stat(key).then(
    () => true,
    (error: unknown) => {
      assert.ok(isStoreFault(error, 'not-found'), String(error));
      return false;
    },
  );
  if (state === 'committed') assert.ok(isThere, `${key} was committed`);
  if (state === 'removed') assert.ok(!isThere, `${key} was removed`);
  if (isThere && state !== 'remove') assertSameBytes(await readAll(store, key), expected, key);
  if (state === 'write' && !isThere && durable !== null) {
    const writer = await store.resume(key, { ...durable, sizeBytes: expected.length });
    await writer.append([expected.subarray(durable.durableBytes)]);
    await writer.commit();
    assertSameBytes(await readAll(store, key), expected, `${key} after going on`);
  } else if (state === 'write' || state === 'copy') {
    await store.discard(key, durable?.resumeState ?? null);
    if (isThere) assertSameBytes(await readAll(store, key), expected, `${key} after discarding its rest`);
  }
  await store
    .remove(key)
    .catch((error: unknown) => assert.ok(isStoreFault(error, 'not-found'), String(error)));
}
