import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { listLocations } from '#lib/db/repositories/locations.ts';
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
