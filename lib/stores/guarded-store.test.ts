import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  assertFault,
  assertSameBytes,
  drain,
  marker,
  patternBytes,
  put,
  readAll,
} from './conformance/place.ts';
import { type FaultStore, forEveryCall, atCall, type FaultPlan } from './fault-store.ts';
import { guardStore } from './guarded-store.ts';
import { isStoreFault, StoreFault, type ObjectWriter } from './store.ts';
import { onFaultStore, reset } from './testing.ts';

const bytes = patternBytes(1_700_000, 1);

/** The n-th call of that name fails, and so do the `times - 1` after it. */
function failing(name: string, number: number, times = 1, error: () => Error = reset): FaultPlan {
  let seen = 0;
  return (call) => {
    if (call.name !== name) return null;
    seen += 1;
    return seen >= number && seen < number + times ? { kind: 'fail', error: error() } : null;
  };
}

test('knows how fast large reads went, and forgets a fast one slowly', () =>
  onFaultStore({}, async ({ store }) => {
    const large = patternBytes(16 * 2 ** 20, 5);
    await put(store, 'large', large);
    await drain(store.read('large', { offset: 0, length: 1000 }));
    assert.equal(store.health.readBytesPerSecond, null);
    await drain(store.read('large', { offset: 0, length: large.byteLength }));
    const fast = store.health.readBytesPerSecond ?? 0;
    assert.ok(fast > 2 ** 20);
    for await (const chunk of store.read('large', { offset: 0, length: large.byteLength })) {
      await delay(chunk.byteLength / 2 ** 15);
    }
    const later = store.health.readBytesPerSecond ?? 0;
    assert.ok(later < fast && later > fast * 0.9, `${later} after ${fast}`);
  }));

test('goes on reading at the byte where the connection broke', () =>
  onFaultStore({}, async ({ store, faults }) => {
    await put(store, 'image-1', bytes);
    for (const step of [1, 2, 3]) {
      faults.plan = failing('read step', step);
      assertSameBytes(
        await readAll(store, 'image-1', { offset: 7, length: 1_600_000 }),
        bytes.subarray(7, 1_600_007),
      );
    }
    assert.equal(store.health.failedCalls, 3);
    assert.ok((store.health.readLatencyMilliseconds ?? -1) >= 0);
  }));

test('whichever call of a read breaks, the reader gets the right bytes', () =>
  onFaultStore({}, async ({ store, faults }) => {
    await put(store, 'image-1', bytes);
    const hits = await forEveryCall(async (number) => {
      const target = faults.calls + number;
      faults.plan = atCall(target, { kind: 'fail', error: reset() });
      assertSameBytes(await readAll(store, 'image-1'), bytes, `call ${number}`);
      return { wasReached: faults.calls >= target + 1 };
    });
    assert.ok(hits >= 5, `${hits} calls were hit`);
  }));

test('gives up when the store stays away, and says so without an address', () =>
  onFaultStore({ attempts: 3 }, async ({ store, faults }) => {
    await put(store, 'image-1', bytes);
    faults.plan = failing('read', 1, Infinity);
    const before = faults.calls;
    await assert.rejects(
      () => readAll(store, 'image-1', { offset: 0, length: 10 }),
      (error: unknown) => {
        assert.ok(isStoreFault(error, 'unavailable'));
        assert.match(error.message, /^Store "store", reading an object: .*\(ECONNRESET\)\.$/);
        assert.doesNotMatch(error.message, /10\.0\.0\.7/);
        return true;
      },
    );
    assert.equal(faults.calls - before, 3);
    assert.match(store.health.lastFailure?.message ?? '', /ECONNRESET/);
  }));

test('repeats what is safe to repeat and nothing else', () =>
  onFaultStore({}, async ({ store, faults }) => {
    await put(store, 'image-1', bytes);
    for (const [name, call] of [
      ['stat', () => store.stat('image-1')],
      ['readMarker', () => store.readMarker()],
      ['capacity', () => store.capacity()],
    ] as const) {
      faults.plan = failing(name, 1, 2);
      await call();
    }
    for (const [name, call] of [
      ['begin', () => store.begin('image-2', { sizeBytes: null })],
      ['remove', () => store.remove('image-1')],
      ['discard', () => store.discard('image-2', null)],
    ] as const) {
      faults.plan = failing(name, 1, 1);
      await assertFault('unavailable', call);
    }
  }));

test('never takes a stream that ends early, or one that is too long, for the object', () =>
  onFaultStore({}, async ({ store, faults }) => {
    await put(store, 'image-1', bytes);
    faults.plan = (call) => (call.name === 'read step' ? { kind: 'truncate' } : null);
    await assertFault('short-read', () => readAll(store, 'image-1', { offset: 0, length: bytes.length }));
    const generous = Object.assign(Object.create(faults) as FaultStore, {
      async *read() {
        yield new Uint8Array(11);
      },
    });
    await assertFault('corrupt', () => readAll(guardStore(generous), 'image-1', { offset: 0, length: 10 }));
  }));

test('gives up a call that takes too long, and lets nobody write beside it', async () => {
  const never = Promise.withResolvers<void>();
  await onFaultStore({ idleTimeoutMilliseconds: 40, controlTimeoutMilliseconds: 40 }, async ({ faults }) => {
    const slow = new Proxy(faults, {
      get(target, property) {
        if (property === 'begin') {
          return async (...parameters: Parameters<FaultStore['begin']>) => {
            const writer = await target.begin(...parameters);
            return { ...writer, key: writer.key, append: () => never.promise };
          };
        }
        const value: unknown = Reflect.get(target, property, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const store = guardStore(slow, { idleTimeoutMilliseconds: 40, controlTimeoutMilliseconds: 400 });
    const writer = await store.begin('image-1', { sizeBytes: null });
    await assertFault('unavailable', () => writer.append([bytes]));
    await assertFault('failed', () => writer.append([bytes]));
    await writer.close();
    const resume = () => store.resume('image-1', { sizeBytes: null, durableBytes: 0, resumeState: null });
    await assertFault('unavailable', resume);
    await assertFault('unavailable', () => store.discard('image-1', null));
    await assertFault('unavailable', () => store.remove('image-1'));
    never.resolve();
    await delay(5);
    await (await resume()).abandon();
  });
});

test('stops soon after the signal, also when the driver does not', () =>
  onFaultStore({ abortGraceMilliseconds: 30 }, async ({ store, faults }) => {
    await put(store, 'image-1', bytes);
    faults.plan = () => ({ kind: 'delay', milliseconds: 1_500 });
    const startedAt = performance.now();
    const signal = AbortSignal.timeout(20);
    await assertFault('aborted', () => store.stat('image-1', { signal }));
    await assertFault('aborted', () => drain(store.read('image-1', { offset: 0, length: 1 }, { signal })));
    assert.ok(performance.now() - startedAt < 1_000);
    assert.equal(store.health.failedCalls, 0, 'an abort is no failure of the store');
  }));

test('frees a writer also where calls that hang leave no place for the call', () =>
  onFaultStore({}, async ({ faults }) => {
    const hung = Promise.withResolvers<void>();
    let closed = 0;
    const busy = Object.assign(Object.create(faults) as FaultStore, {
      async begin() {
        return { key: 'image-1', close: async () => void (closed += 1) } as ObjectWriter;
      },
      stat: () => hung.promise,
    });
    const store = guardStore(busy, { callsAtOnce: 1, controlTimeoutMilliseconds: 50, attempts: 1 });
    const writer = await store.begin('image-1', { sizeBytes: null });
    const stat = assertFault('unavailable', () => store.stat('image-1'));
    await writer.close();
    assert.equal(closed, 1);
    await stat;
    hung.resolve();
  }));

test('lets so many calls at once and not one more', () =>
  onFaultStore({ callsAtOnce: 3 }, async ({ store, faults }) => {
    await put(store, 'image-1', bytes);
    let running = 0;
    let most = 0;
    const counting = new Proxy(faults, {
      get(target, property) {
        if (property !== 'stat') return Reflect.get(target, property, target) as unknown;
        return async (key: string) => {
          most = Math.max(most, ++running);
          await delay(2);
          running -= 1;
          return { key, sizeBytes: 0 };
        };
      },
    });
    const limited = guardStore(counting, { callsAtOnce: 3 });
    await Promise.all(Array.from({ length: 20 }, () => limited.stat('image-1')));
    assert.equal(most, 3);
  }));

test('lets nobody write beside a removal that was given up', () =>
  onFaultStore({ abortGraceMilliseconds: 10 }, async ({ store, faults, directory }) => {
    for (const remove of [
      (signal: AbortSignal) => store.discard('image-1', null, { signal }),
      (signal: AbortSignal) => store.remove('image-1', { signal }),
    ]) {
      faults.plan = () => ({ kind: 'delay', milliseconds: 300 });
      await assertFault('aborted', () => remove(AbortSignal.timeout(10)));
      faults.plan = () => null;
      await assertFault('unavailable', () => store.begin('image-1', { sizeBytes: null }));
      await delay(350);
    }
    await (await store.begin('image-1', { sizeBytes: null })).abandon();
    assert.deepEqual(readdirSync(directory), ['.stowage-store.json']);
  }));

test('changes nothing in a store that is read-only by configuration', () =>
  onFaultStore({ readOnly: true }, async ({ store, faults }) => {
    await assertFault('read-only', () => store.begin('image-1', { sizeBytes: null }));
    await assertFault('read-only', () =>
      store.resume('image-1', { sizeBytes: null, durableBytes: 0, resumeState: null }),
    );
    await assertFault('read-only', () => store.remove('image-1'));
    await assertFault('read-only', () => store.discard('image-1', null));
    await assertFault('read-only', () => store.writeMarker(marker('store')));
    await assertFault('read-only', () =>
      store.clone(store, { sourceKey: 'image-1', key: 'image-2', sizeBytes: 1, from: null }),
    );
    assert.equal(await store.canCloneFrom(store), false);
    assert.equal(faults.calls, 0);
  }));

test('passes on what the driver named and wraps what it did not, with the cause', () =>
  onFaultStore({}, async ({ store, faults }) => {
    const named = new StoreFault('full', 'store', 'a quota');
    faults.plan = () => ({ kind: 'fail', error: named });
    await assert.rejects(() => store.capacity(), named);
    const secret = new Error('signature of AKIAEXAMPLE does not match at /srv/images');
    faults.plan = () => ({ kind: 'fail', error: secret });
    await assert.rejects(
      () => store.capacity(),
      (error: unknown) => {
        assert.ok(isStoreFault(error, 'failed'));
        assert.equal(error.cause, secret);
        assert.doesNotMatch(error.message, /AKIA|srv/);
        return true;
      },
    );
  }));
