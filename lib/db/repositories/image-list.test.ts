import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { eq } from 'drizzle-orm';
import { seedRows } from '#e2e/seed/images.ts';
import { writeRows } from '#e2e/seed/write.ts';
import type { Database, Queries } from '../database.ts';
import { makeTestDatabase } from '../test-support.ts';
import { listImages } from './image-list.ts';

async function openSeeded(t: TestContext): Promise<Database> {
  const directory = mkdtempSync(path.join(tmpdir(), 'stowage-pages-'));
  const place = await makeTestDatabase(directory);
  await (await place.open()).close();
  const owners = { owners: ['project'], rare: { owner: 'other', every: 10 } };
  await writeRows(
    place.url,
    seedRows({ images: 40, seed: 3, stores: [{ id: 'fast', share: 1 }], ...owners }),
  );
  const db = await place.open();
  t.after(async () => {
    await db.close();
    await place.drop();
    rmSync(directory, { recursive: true });
  });
  return db;
}

/** The same, but that something happens when its first statement has been answered, before anybody sees the answer. */
function afterFirstAnswer(q: Queries, happens: () => Promise<void>): Queries {
  let hasHappened = false;
  function watched<Value extends object>(value: Value): Value {
    return new Proxy(value, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...parameters: unknown[]) => {
          if (name === 'then' && !hasHappened) {
            hasHappened = true;
            const [resolve, reject] = parameters as [(rows: unknown) => void, (error: unknown) => void];
            const answer = Promise.resolve(Reflect.apply(member, target, []) as unknown);
            return answer
              .then(async (rows) => {
                await happens();
                return rows;
              })
              .then(resolve, reject);
          }
          const result: unknown = Reflect.apply(member, target, parameters);
          return typeof result === 'object' && result !== null && name !== 'then' ? watched(result) : result;
        };
      },
    });
  }
  return { ...q, db: watched(q.db) };
}

test('a list does not end early because an image of the page goes while it is put together', async (t) => {
  const db = await openSeeded(t);
  const page = {
    branches: [{ kind: 'all' } as const],
    filters: [],
    sort: [{ key: 'disk_format', dir: 'asc' } as const],
    after: null,
    limit: 5,
  };
  const [first] = (await listImages(db.read, page)).rows;
  const q = afterFirstAnswer(db.read, () =>
    db.transaction(async ({ db: write, tables: { images } }) => {
      await write.delete(images).where(eq(images.id, first?.id ?? ''));
    }),
  );
  const { rows, more } = await listImages(q, page);
  assert.equal(rows.length, 5);
  assert.equal(more, true);
  assert.notEqual((await listImages(db.read, page)).rows[0]?.id, first?.id, 'it did go meanwhile');
});
