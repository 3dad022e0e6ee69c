import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { hasCode } from '#lib/contract/errors.ts';
import { assertFault, patternBytes, put } from './conformance/place.ts';
import type { StoreDefinition } from './definition.ts';
import { openRegistry, type RegisteredStore, type RegistryOptions, type StoreRegistry } from './registry.ts';
import type { StoreMarker } from './store.ts';

class Memory {
  readonly saved = new Map<string, StoreMarker>();
  find = async (storeId: string) => this.saved.get(storeId) ?? null;
  save = async (marker: StoreMarker) => void this.saved.set(marker.storeId, marker);
}

interface Scene {
  root: string;
  memory: Memory;
  open(definitions: StoreDefinition[], more?: Partial<RegistryOptions>): Promise<StoreRegistry>;
}

function definition(root: string, id: string, more: Partial<StoreDefinition> = {}): StoreDefinition {
  return {
    id,
    driver: 'filesystem',
    options: { path: path.join(root, id), shared: false },
    description: '',
    weight: 0,
    tier: null,
    site: null,
    hypervisors: [],
    pricePerGibMonth: null,
    quotaBytes: null,
    code: 'AAA',
    loadLinePercent: 85,
    mode: 'read-write',
    ...more,
  };
}

async function onScene(run: (scene: Scene) => Promise<void>): Promise<void> {
  const root = await mkdtemp(path.join(tmpdir(), 'stowage-registry-'));
  const opened: StoreRegistry[] = [];
  const memory = new Memory();
  try {
    await run({
      root,
      memory,
      async open(definitions, more) {
        const registry = await openRegistry({
          definitions,
          markers: memory,
          logger: { info: () => undefined, warn: () => undefined },
          clock: { now: () => new Date() },
          checkEveryMilliseconds: 0,
          guard: { firstBackoffMilliseconds: 1 },
          ...more,
        });
        opened.push(registry);
        return registry;
      },
    });
  } finally {
    for (const registry of opened) await registry.close();
    await rm(root, { recursive: true, force: true });
  }
}

const unavailable = (error: unknown) => hasCode(error, 'store_unavailable');

test('makes and marks the place of a new store, and remembers it', () =>
  onScene(async ({ root, memory, open }) => {
    const registry = await open([definition(root, 'fast')]);
    const { state, error, capacity } = registry.get('fast');
    assert.equal(state, 'in-service');
    assert.equal(error, null);
    assert.ok((capacity?.totalBytes ?? 0) > 0);
    const written = JSON.parse(
      await readFile(path.join(root, 'fast', '.stowage-store.json'), 'utf8'),
    ) as unknown;
    assert.deepEqual(written, memory.saved.get('fast'));
    await put(registry.writable('fast'), 'image-1', patternBytes(10, 1));
  }));

test('orders stores by weight and then by id, and knows no other ones', () =>
  onScene(async ({ root, open }) => {
    const registry = await open([
      definition(root, 'b', { weight: 5 }),
      definition(root, 'c', { weight: 100 }),
      definition(root, 'a', { weight: 5 }),
    ]);
    assert.deepEqual(
      registry.list().map(({ id }) => id),
      ['c', 'a', 'b'],
    );
    for (const call of [registry.get, registry.writable, registry.readable]) {
      assert.throws(
        () => call('d'),
        (error: unknown) => hasCode(error, 'unknown_store'),
      );
    }
  }));

test('starts without a store that is not mounted, does not fill its place, and takes it back when it returns', () =>
  onScene(async ({ root, open }) => {
    await (await open([definition(root, 'fast')])).close();
    await rename(path.join(root, 'fast'), path.join(root, 'elsewhere'));
    await mkdir(path.join(root, 'fast'));

    const registry = await open([definition(root, 'fast'), definition(root, 'archive')]);
    const changes: RegisteredStore[] = [];
    registry.onChange((store) => changes.push(store));
    const { state, error, remedy } = registry.get('fast');
    assert.equal(state, 'unavailable');
    assert.match(error ?? '', /marker.*missing.*not mounted/);
    assert.match(remedy ?? '', /^Mount/);
    assert.throws(() => registry.writable('fast'), unavailable);
    assert.throws(() => registry.readable('fast'), unavailable);
    assert.equal(registry.writable('archive').id, 'archive');
    await registry.check('fast');
    assert.deepEqual(await readdir(path.join(root, 'fast')), [], 'nothing was put there');

    await rm(path.join(root, 'fast'), { recursive: true });
    await rename(path.join(root, 'elsewhere'), path.join(root, 'fast'));
    const back = await registry.check('fast');
    assert.equal(back.state, 'in-service');
    assert.equal(back.error, null);
    assert.deepEqual(
      changes.map((change) => change.state),
      ['in-service'],
    );
    assert.equal(registry.readable('fast').id, 'fast');
  }));

test('does not make a directory that a known store has lost', () =>
  onScene(async ({ root, open }) => {
    await (await open([definition(root, 'fast')])).close();
    await rm(path.join(root, 'fast'), { recursive: true });
    const registry = await open([definition(root, 'fast')]);
    assert.equal(registry.get('fast').state, 'unavailable');
    assert.deepEqual(await readdir(root), []);
  }));

test('notices at the next begin that a place went away at run time', () =>
  onScene(async ({ root, open }) => {
    const registry = await open([definition(root, 'fast')]);
    const store = registry.writable('fast');
    const changed = Promise.withResolvers<RegisteredStore>();
    registry.onChange(changed.resolve);
    await rename(path.join(root, 'fast'), path.join(root, 'elsewhere'));
    await mkdir(path.join(root, 'fast'));
    await assertFault('wrong-store', () => store.begin('image-1', { sizeBytes: null }));
    assert.deepEqual(await readdir(path.join(root, 'fast')), []);
    assert.equal((await changed.promise).state, 'unavailable');
    assert.throws(() => registry.writable('fast'), unavailable);
  }));

test('adopts its own place when the memory was lost, and never the place of another store', () =>
  onScene(async ({ root, memory, open }) => {
    await (await open([definition(root, 'fast')])).close();
    const before = memory.saved.get('fast');
    memory.saved.clear();
    const adopted = await open([definition(root, 'fast')]);
    assert.equal(adopted.get('fast').state, 'in-service');
    assert.deepEqual(memory.saved.get('fast'), before);

    const options = { path: path.join(root, 'fast'), shared: false };
    const stranger = await open([definition(root, 'other', { options })]);
    assert.equal(stranger.get('other').state, 'unavailable');
    assert.match(stranger.get('other').error ?? '', /belongs to the store "fast"/);
    assert.equal(memory.saved.has('other'), false);
  }));

test('refuses a place that has the right name and is another one', () =>
  onScene(async ({ root, memory, open }) => {
    await (await open([definition(root, 'fast')])).close();
    memory.saved.set('fast', { storeId: 'fast', token: 'of another place', createdAt: '' });
    const registry = await open([definition(root, 'fast')]);
    assert.equal(registry.get('fast').state, 'unavailable');
    assert.match(registry.get('fast').error ?? '', /not the place/);
  }));

test('refuses a place whose marker cannot be understood', () =>
  onScene(async ({ root, open }) => {
    await mkdir(path.join(root, 'fast'));
    await writeFile(path.join(root, 'fast', '.stowage-store.json'), 'garbage');
    const registry = await open([definition(root, 'fast')]);
    assert.equal(registry.get('fast').state, 'unavailable');
    assert.equal(await readFile(path.join(root, 'fast', '.stowage-store.json'), 'utf8'), 'garbage');
  }));

test('writes nothing into a read-only store, not even a marker', () =>
  onScene(async ({ root, open }) => {
    await mkdir(path.join(root, 'fast'));
    const registry = await open([
      definition(root, 'fast', { mode: 'read-only' }),
      definition(root, 'missing', { mode: 'read-only' }),
    ]);
    assert.equal(registry.get('fast').state, 'read-only');
    assert.equal(registry.get('missing').state, 'unavailable');
    assert.throws(
      () => registry.writable('fast'),
      (error: unknown) => hasCode(error, 'store_read_only'),
    );
    await assertFault('read-only', () => registry.readable('fast').begin('image-1', { sizeBytes: null }));
    assert.deepEqual(await readdir(root), ['fast']);
    assert.deepEqual(await readdir(path.join(root, 'fast')), []);
  }));

test('starts although a store does not answer, and although the memory fails', () =>
  onScene(async ({ root, memory, open }) => {
    const hanging = new Promise<never>(() => undefined);
    memory.find = async (id) => {
      if (id === 'hangs') return hanging;
      throw new Error('database is locked');
    };
    const registry = await open([definition(root, 'fast'), definition(root, 'hangs')], {
      startPatienceMilliseconds: 100,
    });
    assert.deepEqual(
      registry.list().map(({ state }) => state),
      ['unavailable', 'unavailable'],
    );
    memory.find = async (id) => memory.saved.get(id) ?? null;
    assert.equal((await registry.check('fast')).state, 'in-service');
  }));

test('looks at the places by itself, and at the capacity after a write', () =>
  onScene(async ({ root, open }) => {
    const registry = await open([definition(root, 'fast')], { checkEveryMilliseconds: 20 });
    const changed = Promise.withResolvers<void>();
    registry.onChange(({ state }) => {
      if (state === 'unavailable') changed.resolve();
    });
    await rm(path.join(root, 'fast', '.stowage-store.json'));
    await changed.promise;

    const quiet = await open([definition(root, 'archive')]);
    const before = quiet.get('archive').capacity?.measuredAt.getTime() ?? 0;
    const measured = Promise.withResolvers<void>();
    const timer = setInterval(() => {
      if ((quiet.get('archive').capacity?.measuredAt.getTime() ?? 0) > before) measured.resolve();
    }, 20);
    await put(quiet.writable('archive'), 'image-1', patternBytes(1_000_000, 1));
    await measured.promise;
    clearInterval(timer);
  }));
