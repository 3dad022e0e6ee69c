import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startCeph } from '#e2e/servers/ceph.ts';
import { assertSameBytes, collect, marker, patternBytes, readAll } from '../../conformance/place.ts';
import { seededRandom } from '../../fault-store.ts';
import { guardStore } from '../../guarded-store.ts';
import { isStoreFault, type GuardedStore } from '../../store.ts';
import type { S3Options } from './options.ts';
import { S3Bucket } from './s3-bucket.ts';
import { S3Connection } from './s3-connection.ts';
import type { Line } from './s3-kill-victim.ts';
import { S3Store } from './s3-store.ts';
import { testOptions } from './testing.ts';

const rounds = Number(process.env['KILL_ROUNDS'] ?? 8);

interface Known {
  expected: Buffer;
  durable: { durableBytes: number; resumeState: string | null };
  state: 'writing' | 'committed' | 'remove' | 'removed';
}

test(`loses nothing acknowledged and leaves nothing in the bucket when killed ${rounds} times`, async (context) => {
  const started = await startCeph();
  if (!started.ok) return context.skip(started.reason);
  context.after(started.ceph.remove);
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  context.diagnostic(`seed ${seed}`);
  const random = seededRandom(seed);
  const tally = { committed: 0, removed: 0, resumed: 0, inDoubt: 0 };
  for (let round = 0; round < rounds; round++) {
    const options = testOptions(started.ceph.radosgw);
    const store = guardStore(new S3Store('store', options));
    await store.writeMarker(marker('store'));
    const known = understand(await killAtRandom(options, seed + round, random));
    await checkInvariants(store, known, tally);
    await assertEmpty(store, options);
    await store.close();
  }
  context.diagnostic(JSON.stringify(tally));
  assert.ok(tally.committed > 0, 'the victims got to do something');
});

async function killAtRandom(options: S3Options, seed: number, random: () => number): Promise<Line[]> {
  const victim = fileURLToPath(new URL('s3-kill-victim.ts', import.meta.url));
  const child = spawn(process.execPath, [victim, JSON.stringify(options), String(seed), 'image'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  await delay(random() * 2_000);
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
  const durable = { durableBytes: 0, resumeState: null };
  for (const line of lines) {
    if (line.about === 'write' || line.about === 'copy') {
      const expected =
        line.about === 'write' ? patternBytes(line.size, line.seed) : known.get(line.source)?.expected;
      known.set(line.key, { expected: expected ?? Buffer.alloc(0), durable, state: 'writing' });
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
  store: GuardedStore,
  known: ReadonlyMap<string, Known>,
  tally: Record<'committed' | 'removed' | 'resumed' | 'inDoubt', number>,
): Promise<void> {
  for (const { key } of await collect(store.list())) assert.ok(known.has(key), `${key} was never announced`);
  for (const [key, { expected, durable, state }] of known) {
    const found = await readAll(store, key).catch((error: unknown) => {
      assert.ok(isStoreFault(error, 'not-found'), String(error));
      return null;
    });
    if (found !== null) assertSameBytes(found, expected, key);
    if (state === 'committed') assert.ok(found !== null, `${key} was committed`);
    if (state === 'removed') assert.ok(found === null, `${key} was removed`);
    if (state === 'committed' || state === 'removed') tally[state] += 1;
    else if (found !== null || state === 'remove') tally.inDoubt += 1;
    if (state === 'writing' && found === null && durable.durableBytes > 0) {
      tally.resumed += 1;
      const writer = await store.resume(key, { ...durable, sizeBytes: expected.length });
      await writer.append([expected.subarray(durable.durableBytes)]);
      await writer.commit();
      assertSameBytes(await readAll(store, key), expected, `${key} after going on`);
    } else {
      await store.discard(key, durable.resumeState);
    }
  }
}

/** After everything that is named was removed. */
async function assertEmpty(store: GuardedStore, options: S3Options): Promise<void> {
  for (const { key, unfinished } of await collect(store.list())) {
    assert.equal(unfinished, false, `${key} is unfinished`);
    await store.remove(key);
  }
  const connection = new S3Connection('direct', options);
  const bucket = new S3Bucket(connection);
  const names = (await collect(bucket.list(''))).map(({ name }) => name);
  assert.deepEqual(names, [bucket.markerName]);
  assert.deepEqual(await collect(bucket.listUploads('')), []);
  await connection.close();
}
