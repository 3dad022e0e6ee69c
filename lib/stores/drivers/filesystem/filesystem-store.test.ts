import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { link, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import {
  assertFault,
  assertSameBytes,
  collect,
  marker,
  patternBytes,
  put,
  readAll,
} from '../../conformance/place.ts';
import { guardStore } from '../../guarded-store.ts';
import { isStoreFault, type GuardedStore } from '../../store.ts';
import { nodeFileLayer, openFlags, type FileLayer } from './file-layer.ts';
import { FilesystemStore } from './filesystem-store.ts';
import { openDirectories } from './testing.ts';

async function onDirectory(
  run: (scene: { directory: string; store: GuardedStore; driver: FilesystemStore }) => Promise<void>,
  layer?: FileLayer,
): Promise<void> {
  const place = await openDirectories();
  const driver = new FilesystemStore('store', { path: place.path, shared: false }, layer);
  try {
    await driver.writeMarker(marker('store'));
    await run({ directory: place.path, store: guardStore(driver), driver });
  } finally {
    await place.remove();
  }
}

test('cannot be led out of its directory, even without the guard', () =>
  onDirectory(async ({ directory, driver }) => {
    await writeFile(path.join(directory, '..', 'outside'), 'secret');
    for (const key of [
      '../outside',
      '..',
      '.',
      '',
      '/etc/passwd',
      'a/../../outside',
      '.stowage-store.json',
    ]) {
      const isBadKey = (error: unknown) => isStoreFault(error, 'bad-key');
      await assert.rejects(() => driver.stat(key), isBadKey, key);
      await assert.rejects(() => readAll(driver, key, { offset: 0, length: 1 }), isBadKey, key);
      await assert.rejects(() => driver.begin(key, { sizeBytes: null }), isBadKey, key);
      await assert.rejects(() => driver.discard(key, null), isBadKey, key);
      await assert.rejects(() => driver.remove(key), isBadKey, key);
    }
    assert.equal(await readFile(path.join(directory, '..', 'outside'), 'utf8'), 'secret');
  }));

test('follows no symlink, neither to read nor to write nor to cut', () =>
  onDirectory(async ({ directory, store }) => {
    const outside = path.join(directory, '..', 'outside');
    await writeFile(outside, 'precious');
    for (const name of ['image-1', '.image-2.part']) await symlink(outside, path.join(directory, name));
    await assertFault('not-found', () => store.stat('image-1'));
    await assertFault('not-found', () => readAll(store, 'image-1', { offset: 0, length: 1 }));
    await assertFault('not-found', () => store.remove('image-1'));
    await assertFault('exists', () => store.begin('image-1', { sizeBytes: null }));
    await assertFault('exists', () => store.begin('image-2', { sizeBytes: null }));
    await assertFault('not-found', () =>
      store.resume('image-2', { sizeBytes: null, durableBytes: 0, resumeState: null }),
    );
    assert.equal(await readFile(outside, 'utf8'), 'precious');
  }));

test('does not wait for the other end of a FIFO, nor take a directory for an object', () =>
  onDirectory(async ({ directory, store }) => {
    execFileSync('mkfifo', [path.join(directory, 'image-1')]);
    await mkdir(path.join(directory, 'image-2'));
    for (const key of ['image-1', 'image-2']) {
      await assertFault('not-found', () => store.stat(key));
      await assert.rejects(() => readAll(store, key, { offset: 0, length: 1 }));
      await assertFault('not-found', () => store.remove(key));
    }
    assert.equal((await collect(store.list())).length, 1);
  }));

test('counts an object once that was killed between its two names, and never cuts it', () =>
  onDirectory(async ({ directory, store }) => {
    const bytes = patternBytes(100_000, 1);
    const second = (key: string) => link(path.join(directory, key), path.join(directory, `.${key}.part`));
    for (const key of ['image-1', 'image-2', 'image-3', 'image-4']) {
      await put(store, key, bytes);
      await second(key);
    }
    const listed = await collect(store.list());
    assert.equal(listed.length, 4);
    assert.ok(listed.every(({ unfinished }) => !unfinished));
    await assertFault('exists', () =>
      store.resume('image-1', { sizeBytes: null, durableBytes: 10, resumeState: null }),
    );
    await assertFault('exists', () => store.begin('image-2', { sizeBytes: null }));
    await store.discard('image-3', null);
    for (const key of ['image-1', 'image-2', 'image-3'])
      assertSameBytes(await readAll(store, key), bytes, key);
    await store.remove('image-4');
    const names = await readdir(directory);
    assert.ok(
      !names.includes('image-4') && !names.includes('.image-4.part'),
      'no second name keeps the bytes',
    );
  }));

test('publishes on a file system without hard links too, and replaces nothing there', () => {
  const layer: FileLayer = {
    ...nodeFileLayer(),
    link: async () => {
      throw Object.assign(new Error('EPERM: no hard links'), { code: 'EPERM' });
    },
  };
  return onDirectory(async ({ directory, store }) => {
    await put(store, 'image-1', patternBytes(1000, 1));
    assertSameBytes(await readAll(store, 'image-1'), patternBytes(1000, 1));
    const writer = await store.begin('image-2', { sizeBytes: null });
    await writeFile(path.join(directory, 'image-2'), 'foreign');
    await assertFault('exists', () => writer.commit());
    assert.equal(await readFile(path.join(directory, 'image-2'), 'utf8'), 'foreign');
  }, layer);
});

test('does not replace what somebody else put under the key meanwhile', () =>
  onDirectory(async ({ directory, store }) => {
    const writer = await store.begin('image-1', { sizeBytes: null });
    await writeFile(path.join(directory, 'image-1'), 'foreign');
    await assertFault('exists', () => writer.commit());
    await writer.abandon();
    assert.equal(await readFile(path.join(directory, 'image-1'), 'utf8'), 'foreign');
    assert.deepEqual((await readdir(directory)).sort(), ['.stowage-store.json', 'image-1']);
  }));

test('acknowledges nothing that lies under what was mounted over it, and publishes no older file instead', () =>
  onDirectory(async ({ directory, driver }) => {
    const [writer, other] = [
      await driver.begin('image-1', { sizeBytes: null }),
      await driver.begin('image-2', { sizeBytes: null }),
    ];
    await writer.append([patternBytes(1000, 1)]);
    await rename(directory, `${directory}-hidden`);
    await mkdir(directory);
    for (const key of ['image-1', 'image-2']) await writeFile(path.join(directory, `.${key}.part`), 'old');
    for (const call of [() => writer.flush(), () => writer.commit(), () => other.commit()]) {
      await assertFault('unavailable', call);
    }
    await writer.abandon();
    await other.close();
    assert.deepEqual((await readdir(directory)).toSorted(), ['.image-1.part', '.image-2.part']);
    await rm(directory, { recursive: true });
    await rename(`${directory}-hidden`, directory);
    const goOn = { sizeBytes: null, durableBytes: 1000, resumeState: null };
    await (await driver.resume('image-1', goOn)).commit();
    assertSameBytes(await readFile(path.join(directory, 'image-1')), patternBytes(1000, 1));
  }));

test('makes zeros of what an earlier writer left, and cuts off what is too much', () =>
  onDirectory(async ({ directory, store }) => {
    const writer = await store.begin('image-1', { sizeBytes: null });
    await writer.append([patternBytes(10_000, 1)]);
    const point = await writer.flush();
    await writer.append([patternBytes(2_500_000, 2)]);
    await writer.close();
    const later = await store.resume('image-1', { ...point, sizeBytes: null });
    await later.appendZeros(1_200_000);
    await later.flush();
    await later.append([patternBytes(100, 3)]);
    await later.appendZeros(20_000);
    await later.commit();
    assertSameBytes(
      await readFile(path.join(directory, 'image-1')),
      Buffer.concat([
        patternBytes(10_000, 1),
        Buffer.alloc(1_200_000),
        patternBytes(100, 3),
        Buffer.alloc(20_000),
      ]),
    );
  }));

test('spoils nothing with what the system does late of what a frozen process had asked for', async () => {
  const bytes = Buffer.concat([patternBytes(100_000, 1), Buffer.alloc(100_000), patternBytes(200_000, 2)]);
  const changes: (() => Promise<unknown>)[] = [];
  const real = nodeFileLayer();
  const remembering: FileLayer = {
    ...real,
    async open(name, flags, mode) {
      const file = await real.open(name, flags, mode);
      const change = <Parameters extends unknown[], Value>(call: (...of: Parameters) => Promise<Value>) => {
        return (...of: Parameters) => {
          changes.push(() => call(...of));
          return call(...of);
        };
      };
      return { ...file, writev: change(file.writev), truncate: change(file.truncate) };
    },
  };
  await onDirectory(async ({ directory, store }) => {
    const frozen = guardStore(new FilesystemStore('store', { path: directory, shared: true }, remembering));
    const begun = await frozen.begin('image-1', { sizeBytes: bytes.length });
    await begun.append([bytes.subarray(0, 50_000)]);
    const point = await begun.flush();
    await begun.append([bytes.subarray(50_000, 80_000)]);
    const last = await frozen.resume('image-1', { ...point, sizeBytes: bytes.length });
    await last.append([bytes.subarray(50_000, 100_000)]);
    await last.appendZeros(60_000);
    await last.flush();
    await last.appendZeros(40_000);
    await last.append([bytes.subarray(200_000, 300_000)]);

    const later = await store.resume('image-1', { ...point, sizeBytes: bytes.length });
    await later.append([bytes.subarray(50_000, 100_000)]);
    await later.appendZeros(100_000);
    await later.append([bytes.subarray(200_000)]);
    assert.ok(changes.length >= 5);
    for (const again of changes) await again();
    await later.commit();
    for (const again of changes) await again();
    assertSameBytes(await readFile(path.join(directory, 'image-1')), bytes);
    await begun.close();
    await last.close();
  });
});

test('keeps a hole of gigabytes a hole when writing and copying', () =>
  onDirectory(async ({ directory, store }) => {
    const writer = await store.begin('image-1', { sizeBytes: null });
    await writer.append([patternBytes(4096, 1)]);
    await writer.appendZeros(20 * 2 ** 30);
    await writer.append([patternBytes(4096, 2)]);
    const { sizeBytes } = await writer.commit();
    const startedAt = performance.now();
    await store.clone(store, { sourceKey: 'image-1', key: 'image-2', sizeBytes, from: null });
    assert.ok(performance.now() - startedAt < 2_000, 'a hole is not copied');
    for (const key of ['image-1', 'image-2']) {
      const facts = await stat(path.join(directory, key));
      assert.equal(facts.size, sizeBytes);
      assert.ok(facts.blocks * 512 < 200_000, `${key} takes ${facts.blocks * 512} bytes`);
    }
    assertSameBytes(
      await readAll(store, 'image-2', { offset: sizeBytes - 4096, length: 4096 }),
      patternBytes(4096, 2),
    );
  }));

test('has no marker where its directory is missing, and makes the directory with the first one', () =>
  onDirectory(async ({ directory, store }) => {
    const moved = `${directory}-moved`;
    await rename(directory, moved);
    assert.equal(await store.readMarker(), null);
    await assertFault('unavailable', () => store.begin('image-1', { sizeBytes: null }));
    await store.writeMarker({ ...marker('store'), token: 'new' });
    assert.equal((await store.readMarker())?.token, 'new');
    await rm(moved, { recursive: true });
  }));

test('does not take a damaged marker for none', () =>
  onDirectory(async ({ directory, store }) => {
    await writeFile(path.join(directory, '.stowage-store.json'), '{"storeId": "sto');
    await assertFault('wrong-store', () => store.readMarker());
  }));

test('says what is wrong without naming the path', async () => {
  const wrongs = [
    ['EACCES', 'refused'],
    ['EROFS', 'read-only'],
    ['EDQUOT', 'full'],
    ['ESTALE', 'unavailable'],
    ['EIO', 'failed'],
  ] as const;
  for (const [code, kind] of wrongs) {
    const real = nodeFileLayer();
    const layer: FileLayer = {
      ...real,
      async open(name, flags, mode) {
        if (flags !== openFlags.create || !name.endsWith('.part')) return real.open(name, flags, mode);
        throw Object.assign(new Error(`${code}: ${name}`), { code, path: name });
      },
    };
    await onDirectory(async ({ directory, store }) => {
      await assert.rejects(
        () => store.begin('image-1', { sizeBytes: null }),
        (error: unknown) => {
          assert.ok(isStoreFault(error, kind), `${code} becomes ${kind}, not ${String(error)}`);
          assert.ok(error.message.includes(code) && !error.message.includes(directory), error.message);
          assert.ok(error.cause instanceof Error);
          return true;
        },
      );
      assert.equal(store.health.failedCalls, 1);
    }, layer);
  }
});
