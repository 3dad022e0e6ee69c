import assert from 'node:assert/strict';
import { readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { assertFault, collect, drain, marker, patternBytes, put } from './conformance/place.ts';
import type { FaultStore } from './fault-store.ts';
import { guardStore } from './guarded-store.ts';
import type { ObjectWriter } from './store.ts';
import { onFaultStore, reset } from './testing.ts';

const bytes = patternBytes(1_700_000, 1);
const goOn = { sizeBytes: null, durableBytes: 0, resumeState: null };

test('writes nothing into a place that is not the right one, and does not believe what it says', () =>
  onFaultStore(
    { expectedMarker: () => ({ ...marker('store'), token: 'another' }) },
    async ({ store, faults }) => {
      const before = faults.calls;
      await assertFault('wrong-store', () => store.begin('image-1', { sizeBytes: null }));
      await assertFault('wrong-store', () => store.resume('image-1', goOn));
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
    for (const key of ['image-1', 'image-4']) await put(store, key, bytes);
    await (await store.begin('image-5', { sizeBytes: null })).close();
    const [shown, hidden] = [path.join(directory, '.stowage-store.json'), path.join(directory, 'hidden')];
    const request = { sourceKey: 'image-1', key: 'image-3', sizeBytes: bytes.length, from: null };
    for (const [name, call] of [
      ['begin', () => store.begin('image-2', { sizeBytes: null })],
      ['resume', () => store.resume('image-2', goOn)],
      ['resume', () => store.resume('image-5', goOn)],
      ['discard', () => store.discard('image-2', null)],
      ['remove', () => store.remove('image-2')],
      ['remove', () => store.remove('image-4')],
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
    // What others may have there under these names is left: the copy, and what was gone on with.
    const left = ['.image-5.part', '.stowage-store.json', 'image-1', 'image-3'];
    assert.deepEqual(readdirSync(directory).toSorted(), left);
    await (await store.resume('image-5', goOn)).abandon();
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
        await (await store.resume(key, goOn)).commit();
      }
    },
  ));

test('frees the writer of what it does not believe to have gone on with', () =>
  onFaultStore({}, async ({ faults }) => {
    let isOpened = false;
    let closed = 0;
    const leaky = Object.assign(Object.create(faults) as FaultStore, {
      async resume() {
        isOpened = true;
        return { key: 'image-1', close: async () => void (closed += 1) } as ObjectWriter;
      },
      async readMarker() {
        return isOpened ? null : marker('store');
      },
    });
    const store = guardStore(leaky, { expectedMarker: () => marker('store') });
    await assertFault('wrong-store', () => store.resume('image-1', goOn));
    assert.equal(closed, 1);
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
