import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noFaults, type FaultProxy, type NetworkFault } from '#e2e/support/fault-proxy.ts';
import { seededRandom } from '../fault-store.ts';
import { guardStore } from '../guarded-store.ts';
import { isStoreFault, type GuardedStore, type Store } from '../store.ts';
import { assertSameBytes, collect, patternBytes, readAll } from './place.ts';

export interface BadNetworkOptions {
  /** Stands between the store and its server. */
  proxy(): FaultProxy;
  /** The marked place through the proxy, as a new process would open it. */
  open(): Promise<Store>;
  /** Looks past the proxy and the driver: nothing is there but the marker. */
  assertEmpty(): Promise<void>;
  /** Of the image; after the first so many there is a durable point in the middle of a part or segment. */
  sizeBytes: number;
  durableBytes: number;
  /** Of one life, as a guard against a driver that asks for nothing or for everything twice. */
  requests: { least: number; most: number };
  /** Every so-many-th request meets one fault, by chance which; all meet every kind with FAULTS=all (minutes). */
  everyNth: number;
}

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
const stormRounds = 6;

/** The tests that every driver passes whose store is asked over a network. */
export function testBadNetwork(options: BadNetworkOptions): void {
  const { assertEmpty, sizeBytes, durableBytes, everyNth } = options;
  const bytes = patternBytes(sizeBytes, 1);
  const isWhole = process.env['FAULTS'] === 'all';
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  const kinds = Object.entries(faults);

  async function inNewProcess(run: (store: GuardedStore) => Promise<void>): Promise<void> {
    const store = guardStore(await options.open(), { firstBackoffMilliseconds: 5 });
    try {
      await run(store);
    } finally {
      await store.close();
    }
  }

  /** Begins, makes a point durable, goes on as another process would, publishes, reads, copies, lists, removes. */
  async function live(key: string): Promise<void> {
    let point = { durableBytes: 0, resumeState: null as string | null };
    await inNewProcess(async (store) => {
      const writer = await store.begin(key, { sizeBytes });
      await writer.append([bytes.subarray(0, durableBytes)]);
      point = await writer.flush();
      await writer.close();
    });
    await inNewProcess(async (store) => {
      const writer = await store.resume(key, { ...point, sizeBytes });
      await writer.append([bytes.subarray(writer.position)]);
      await writer.commit();
      assertSameBytes(await readAll(store, key), bytes);
      await store.clone(store, { sourceKey: key, key: `${key}-copy`, sizeBytes, from: null });
      assert.equal((await collect(store.list())).length, 2);
      await store.remove(key);
      await store.remove(`${key}-copy`);
    });
  }

  let requests = 0;
  test('counts what it asks for', async () => {
    const proxy = options.proxy();
    proxy.plan(noFaults);
    await live('plain');
    requests = proxy.seen.length;
    const { least, most } = options.requests;
    assert.ok(requests >= least && requests <= most, `${requests} requests`);
    await assertEmpty();
  });

  for (const [position, [what, fault]] of kinds.entries()) {
    test(`comes to the same end when any one request ${what}`, async (context) => {
      context.diagnostic(`seed ${seed}`);
      const proxy = options.proxy();
      for (let index = 0; index < requests; index++) {
        if (!isWhole && (index + seed) % (kinds.length * everyNth) !== position * everyNth) continue;
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
    context.diagnostic(`seed ${seed}`);
    const proxy = options.proxy();
    const random = seededRandom(seed);
    let published = 0;
    for (let round = 0; round < stormRounds; round++) {
      const key = `storm-${round}`;
      let isPublished = false;
      proxy.plan(({ index }) =>
        random() < 0.25 ? (kinds[Math.floor(random() * kinds.length)]?.[1](index) ?? null) : null,
      );
      await inNewProcess(async (store) => {
        const writer = await store.begin(key, { sizeBytes });
        await writer.append([bytes]);
        await writer.commit();
        isPublished = true;
        // What it could not do it has said; what it left is looked at below.
      }).catch(() => undefined);
      proxy.plan(noFaults);
      if (isPublished) published += 1;
      await inNewProcess(async (store) => {
        await store.discard(key, null);
        const stat = await store.stat(key).catch((error: unknown) => {
          assert.ok(isStoreFault(error, 'not-found'), String(error));
          return null;
        });
        if (!isPublished && stat === null) return;
        assertSameBytes(await readAll(store, key), bytes, `round ${round}`);
        await store.remove(key);
      });
      await assertEmpty();
    }
    context.diagnostic(`${published} of ${stormRounds} came through`);
  });
}
