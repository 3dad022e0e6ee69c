import assert from 'node:assert/strict';
import { readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  assertFault,
  assertSameBytes,
  collect,
  drain,
  marker,
  patternBytes,
  put,
  readAll,
} from './conformance/place.ts';
import { openDirectories } from './drivers/filesystem/testing.ts';
import { FaultStore, forEveryCall, atCall, type FaultPlan } from './fault-store.ts';
import { guardStore, type GuardOptions } from './guarded-store.ts';
import { isStoreFault, StoreFault, type GuardedStore } from './store.ts';

interface Scene {
  store: GuardedStore;
  faults: FaultStore;
  directory: string;
}

async function onFaultStore(options: GuardOptions, run: (scene: Scene) => Promise<void>): Promise<void> {
  const place = await openDirectories();
  const driver = await place.open();
  try {
    await guardStore(driver).writeMarker(marker('store'));
    const faults = new FaultStore(driver);
    const store = guardStore(faults, { firstBackoffMilliseconds: 1, ...options });
    await run({ store, faults, directory: place.path });
  } finally {
    await place.remove();
  }
}

const reset = () => Object.assign(new Error('read ECONNRESET 10.0.0.7:443'), { code: 'ECONNRESET' });
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

test('writes nothing into a place that is not the right one, and does not believe what it says', () =>
  onFaultStore(
    { expectedMarker: () => ({ ...marker('store'), token: 'another' }) },
    async ({ store, faults }) => {
      const before = faults.calls;
      await assertFault('wrong-store', () => store.begin('image-1', { sizeBytes: null }));
      await assertFault('wrong-store', () =>
        store.resume('image-1', { sizeBytes: null, durableBytes: 0, resumeState: null }),
      );
      await assertFault('wrong-store', () => store.discard('image-1', null));
      await assertFault('wrong-store', () => store.remove('image-1'));
      await assertFault('wrong-store', () => collect(store.list()));
      await assertFault('wrong-store', () => store.stat('image-1'));
      await assertFault('wrong-store', () => drain(store.read('image-1', { offset: 0, length: 1 })));
      await assertFault('wrong-store', () => collect(store.extents('image-1')));
      const request = { sourceKey: 'image-1', key: 'image-2', sizeBytes: 1, from: null };
      await assertFault('wrong-store', () => store.clone(store, request));
      assert.ok(faults.calls > before);
    },
  ));

test('believes nothing of a place that goes away between the look at its marker and the call', () =>
  onFaultStore({ expectedMarker: () => marker('store') }, async ({ store, faults, directory }) => {
    await put(store, 'image-1', bytes);
    const [shown, hidden] = [path.join(directory, '.stowage-store.json'), path.join(directory, 'hidden')];
    const request = { sourceKey: 'image-1', key: 'image-3', sizeBytes: bytes.length, from: null };
    const goOn = { sizeBytes: null, durableBytes: 0, resumeState: null };
    for (const [name, call] of [
      ['begin', () => store.begin('image-2', { sizeBytes: null })],
      ['resume', () => store.resume('image-2', goOn)],
      ['discard', () => store.discard('image-2', null)],
      ['remove', () => store.remove('image-2')],
      ['clone', () => store.clone(store, request)],
      ['stat', () => store.stat('image-2')],
      ['read', () => drain(store.read('image-2', { offset: 0, length: 1 }))],
      ['extents', () => collect(store.extents('image-2'))],
      ['list', () => collect(store.list())],
    ] as const) {
      await assertFault('not-found', () => store.stat('image-2'));
      faults.plan = (planned) => {
        if (planned.name === name) renameSync(shown, hidden);
        return null;
      };
      await assertFault('wrong-store', call);
      faults.plan = () => null;
      renameSync(hidden, shown);
    }
    assert.deepEqual(readdirSync(directory).toSorted(), ['.stowage-store.json', 'image-1', 'image-3']);
  }));

test('asks for the marker where a directory without its file system lets nobody write', () =>
  onFaultStore({ expectedMarker: () => marker('store') }, async ({ store, faults, directory }) => {
    await put(store, 'image-1', bytes);
    const [shown, hidden] = [path.join(directory, '.stowage-store.json'), path.join(directory, 'hidden')];
    const request = { sourceKey: 'image-1', key: 'image-3', sizeBytes: bytes.length, from: null };
    for (const [name, code, kind, call] of [
      ['begin', 'EACCES', 'refused', () => store.begin('image-2', { sizeBytes: null })],
      ['begin', 'EROFS', 'read-only', () => store.begin('image-2', { sizeBytes: null })],
      ['clone', 'ENOSPC', 'full', () => store.clone(store, request)],
      ['discard', 'EACCES', 'refused', () => store.discard('image-2', null)],
      ['remove', 'EROFS', 'read-only', () => store.remove('image-1')],
    ] as const) {
      const error = Object.assign(new Error(code), { code });
      faults.plan = (planned) => (planned.name === name ? { kind: 'fail', error } : null);
      await assertFault(kind, call);
      faults.plan = (planned) => {
        if (planned.name !== name) return null;
        renameSync(shown, hidden);
        return { kind: 'fail', error };
      };
      await assertFault('wrong-store', call);
      renameSync(hidden, shown);
    }
  }));

test('leaves what it has begun to whoever goes on with it when the look afterwards brings nothing', () =>
  onFaultStore(
    { expectedMarker: () => marker('store'), attempts: 1 },
    async ({ store, faults, directory }) => {
      for (const [key, kind, misfortune] of [
        ['image-1', 'unavailable', { kind: 'fail', error: reset() }],
        ['image-2', 'aborted', { kind: 'delay', milliseconds: 1_000 }],
      ] as const) {
        await assertFault('not-found', () => store.stat('image-0'));
        let isBegun = false;
        const calledOff = new AbortController();
        faults.plan = ({ name }) => {
          if (name === 'begin') isBegun = true;
          if (name !== 'readMarker' || !isBegun) return null;
          if (kind === 'aborted') setTimeout(() => calledOff.abort(), 20);
          return misfortune;
        };
        const startedAt = performance.now();
        await assertFault(kind, () => store.begin(key, { sizeBytes: null, signal: calledOff.signal }));
        assert.ok(performance.now() - startedAt < 500, 'it waits for nothing that hangs');
        faults.plan = () => null;
        assert.ok(readdirSync(directory).includes(`.${key}.part`));
        await (await store.resume(key, { sizeBytes: null, durableBytes: 0, resumeState: null })).commit();
      }
    },
  ));

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

test('looks at the marker of a busy place once for many', () =>
  onFaultStore({ expectedMarker: () => marker('store') }, async ({ store, faults }) => {
    let looks = 0;
    faults.plan = ({ name }) => {
      if (name === 'readMarker') looks += 1;
      return null;
    };
    const keys = Array.from({ length: 50 }, (_, index) => `image-${index}`);
    await Promise.all(keys.map((key) => put(store, key, patternBytes(10, 1))));
    assert.ok(looks >= 2 && looks < 40, `${looks} looks`);
    const signal = AbortSignal.timeout(10);
    faults.plan = ({ name }) => (name === 'readMarker' ? { kind: 'delay', milliseconds: 500 } : null);
    const startedAt = performance.now();
    await assertFault('aborted', () => store.stat('image-none', { signal }));
    assert.ok(performance.now() - startedAt < 300, 'who is called off waits for no look');
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
