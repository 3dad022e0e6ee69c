import assert from 'node:assert/strict';
import { open, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MiB } from '#lib/contract/limits.ts';
import { deleteLocationRow, listLocations } from '#lib/db/repositories/locations.ts';
import { openImageFile } from './open-file.ts';
import { createTestImage, openTestPlace, pretendStored } from './test-support.ts';

test('a copy that is gone or shorter than it was is named so, and another one is read', async (context) => {
  const place = await openTestPlace();
  context.after(() => place.close());
  const { runtime, directory } = place;
  const ctx = place.as('alpha');
  const bytes = Buffer.alloc(1000, 7);
  for (const [kept, state] of [
    [null, 'missing'],
    [400, 'corrupt'],
  ] as const) {
    const { id } = await createTestImage(ctx);
    await pretendStored(runtime, id, ['fast', 'archive'], bytes.length);
    const locations = async () => await listLocations(runtime.db.read, [id]);
    const stateIn = async (store: string) =>
      (await locations()).find(({ store_id }) => store_id === store)?.state;
    for (const { store_id: store, object_key: key } of await locations()) {
      if (store === 'archive') await writeFile(path.join(directory, store, key), bytes);
      else if (kept !== null) await writeFile(path.join(directory, store, key), bytes.subarray(0, kept));
    }
    const file = await openImageFile(ctx, { imageId: id, range: null });
    assert.ok(file);
    const chunks = await Array.fromAsync(file.chunks, (chunk) => Buffer.from(chunk));
    assert.ok(Buffer.concat(chunks).equals(bytes), `${state}: the bytes of the other copy`);
    for (let i = 0; i < 100 && (await stateIn('fast')) === 'active'; i++) await sleep(20);
    assert.deepEqual([await stateIn('fast'), await stateIn('archive')], [state, 'active']);
  }
});

test('whoever reads an image goes on when it is moved to another store meanwhile', async (context) => {
  const place = await openTestPlace();
  context.after(() => place.close());
  const { runtime, directory } = place;
  const ctx = place.as('alpha');
  const { id } = await createTestImage(ctx);
  // Two runs of data and a hole between them: the second one is opened by its name again.
  const bytes = Buffer.alloc(3 * MiB);
  bytes.fill(7, 0, MiB).fill(8, 2 * MiB);
  const put = async (store: string) => {
    await pretendStored(runtime, id, [store], bytes.length);
    const location = (await listLocations(runtime.db.read, [id])).find(({ store_id }) => store_id === store);
    assert.ok(location);
    const name = path.join(directory, store, location.object_key);
    const file = await open(name, 'w');
    await file.write(bytes, 0, MiB, 0);
    await file.write(bytes, 2 * MiB, MiB, 2 * MiB);
    await file.close();
    return { location, name };
  };
  const before = await put('fast');
  const file = await openImageFile(ctx, { imageId: id, range: null });
  assert.ok(file);
  const read: Buffer[] = [];
  for await (const chunk of file.chunks) {
    read.push(Buffer.from(chunk));
    if (read.length > 1) continue;
    await put('archive');
    await runtime.db.transaction((q) => deleteLocationRow(q, before.location, 'alpha'));
    await rm(before.name);
  }
  assert.ok(Buffer.concat(read).equals(bytes));
});
