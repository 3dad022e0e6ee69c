import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startSwift } from '#e2e/servers/swift.ts';
import { noFaults, startFaultProxy, type FaultProxy, type NetworkFault } from '#e2e/support/fault-proxy.ts';
import { MiB } from '#lib/contract/limits.ts';
import { assertSameBytes, collect, marker, patternBytes, readAll } from '../../conformance/place.ts';
import { seededRandom } from '../../fault-store.ts';
import { guardStore } from '../../guarded-store.ts';
import { isStoreFault, type GuardedStore } from '../../store.ts';
import { openSwiftPlace, type SwiftTestPlace } from './test-place.ts';

const given = process.env['STOWAGE_TEST_SWIFT'];
const started = given ? null : await startSwift();
const reason = started === null || started.ok ? false : started.reason;
const server = started?.ok ? started.server : null;
const target = given?.replace(/\/auth.*/, '') ?? server?.url ?? '';
const bytes = patternBytes(3 * MiB + 70_001, 1);

describe('the Swift driver through a bad network', { skip: reason }, () => {
  let proxy: FaultProxy;
  let place: SwiftTestPlace;
  let direct: SwiftTestPlace;
  let store: GuardedStore;

  before(async () => {
    proxy = await startFaultProxy(target);
    const account = { username: 'test:tester', password: 'testing' };
    place = await openSwiftPlace({ ...account, auth_url: `${proxy.url}/auth/v1.0` });
    const { container } = place.options;
    direct = await openSwiftPlace({ ...account, auth_url: `${target}/auth/v1.0` }, { container });
    await reopen();
    await store.writeMarker(marker('store'));
  });
  after(async () => {
    await store?.close();
    await proxy?.close();
    await server?.remove();
  });

  /** A new process, as it were: it signs in anew. */
  async function reopen(): Promise<void> {
    await store?.close();
    store = guardStore(await place.open(), { firstBackoffMilliseconds: 5 });
  }

  /** Nothing in either container but the marker. */
  async function assertEmpty(): Promise<void> {
    const { container } = place.options;
    const names: string[] = [];
    for (const where of [container, `${container}_segments`]) {
      for await (const { name } of direct.behind.list(where)) names.push(name);
    }
    assert.deepEqual(names, ['.stowage-store.json']);
  }

  /** Begins, makes a point durable, goes on as another process would, publishes, reads, copies, lists, removes. */
  async function live(key: string): Promise<void> {
    const first = await store.begin(key, { sizeBytes: bytes.length });
    await first.append([bytes.subarray(0, 1 * MiB + 10)]);
    const point = await first.flush();
    await first.close();
    await reopen();
    const second = await store.resume(key, { ...point, sizeBytes: bytes.length });
    await second.append([bytes.subarray(second.position)]);
    await second.commit();
    assertSameBytes(await readAll(store, key), bytes);
    await store.clone(store, { sourceKey: key, key: `${key}-copy`, sizeBytes: bytes.length, from: null });
    assert.equal((await collect(store.list())).length, 2);
    await store.remove(key);
    await store.remove(`${key}-copy`);
  }

  let requests = 0;
  test('counts what it asks for', async () => {
    proxy.plan(noFaults);
    await live('plain');
    requests = proxy.seen.length;
    assert.ok(requests > 40 && requests < 110, `${requests} requests`);
    await assertEmpty();
  });

  const statuses = [500, 503, 429] as const;
  const faults: Record<string, (index: number) => NetworkFault> = {
    'says 500, 503 or 429': (index) => ({ kind: 'status', status: statuses[index % 3] ?? 500 }),
    'is reset': () => ({ kind: 'reset' }),
    'does what it is asked and its answer is lost': () => ({ kind: 'lost-answer' }),
    'is cut in the middle of its answer': () => ({ kind: 'cut', of: 'response', atByte: 40 }),
    'ends its answer early': () => ({ kind: 'half-close', atByte: 40 }),
    'comes twice': () => ({ kind: 'duplicate' }),
    'is cut in the middle': () => ({ kind: 'cut', of: 'request', atByte: 1000 }),
    'has another byte when it arrives': () => ({ kind: 'corrupt', of: 'request', atByte: 9 }),
  };
  // Every third request meets one of them each time, by chance which; all of them every kind with FAULTS=all (minutes).
  const isWhole = process.env['FAULTS'] === 'all';
  const kinds = Object.entries(faults);
  const shift = Math.floor(Math.random() * 1000);
  for (const [position, [what, fault]] of kinds.entries()) {
    test(`comes to the same end when any one request ${what}`, async (context) => {
      context.diagnostic(`shift ${shift}`);
      for (let index = 0; index < requests; index++) {
        if (!isWhole && (index + shift) % (kinds.length * 3) !== position * 3) continue;
        proxy.plan((request) => (request.index === index ? fault(index) : null));
        try {
          await live(`life-${index}`);
        } catch (error) {
          const { method, url } = proxy.seen[index] ?? {};
          throw new Error(`request ${index}: ${method} ${url}`, { cause: error });
        }
        proxy.plan(noFaults);
        await assertEmpty();
      }
    });
  }

  test('never publishes other bytes, and leaves nothing when it gives up in the worst of networks', async (context) => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    context.diagnostic(`seed ${seed}`);
    const random = seededRandom(seed);
    for (let round = 0; round < 6; round++) {
      const key = `storm-${round}`;
      proxy.plan(({ index }) =>
        random() < 0.25 ? (kinds[Math.floor(random() * kinds.length)]?.[1](index) ?? null) : null,
      );
      const isPublished = await store
        .begin(key, { sizeBytes: bytes.length })
        .then(async (writer) => {
          await writer.append([bytes]);
          await writer.commit();
          return true;
        })
        // What it could not do it has said; what it left is looked at below.
        .catch(() => false);
      proxy.plan(noFaults);
      await reopen();
      await store.discard(key, null);
      const stat = await store.stat(key).catch((error: unknown) => {
        assert.ok(isStoreFault(error, 'not-found'), String(error));
        return null;
      });
      if (isPublished || stat !== null) {
        assertSameBytes(await readAll(store, key), bytes, `round ${round}, seed ${seed}`);
        await store.remove(key);
      }
      await assertEmpty();
    }
  });
});
