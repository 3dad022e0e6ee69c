import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { eq } from 'drizzle-orm';
import { findByIds } from './prepared.ts';
import { makeTestDatabase } from './test-support.ts';

test('rows are found by lists of any length, each once', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'stowage-prepared-'));
  const database = await makeTestDatabase(directory);
  const db = await database.open();
  t.after(async () => {
    await db.close();
    await database.drop();
    rmSync(directory, { recursive: true });
  });
  const ids = Array.from({ length: 130 }, () => randomUUID());
  await db.transaction(async (q) => {
    const projects = ids.map((id) => ({ id, name: id, description: '', enabled: true, created_at: 1 }));
    await q.db.insert(q.tables.projects).values(projects);
  });
  const { projects } = db.read.tables;
  const find = (wanted: string[]) =>
    findByIds(db.read, 'enabled projects', projects.id, wanted, (isOne) =>
      db.read.db.select({ id: projects.id }).from(projects).where(isOne),
    );
  for (const count of [1, 2, 24, 25, 26, 100, 101, 130]) {
    for (const wanted of [ids.slice(0, count), ids.slice(-count)]) {
      const found = (await find(wanted)).map(({ id }) => id);
      assert.deepEqual(found.toSorted(), wanted.toSorted(), String(count));
    }
  }
  assert.deepEqual(await find([randomUUID()]), []);
  await db.transaction((q) => q.db.delete(projects).where(eq(projects.id, ids[0] ?? '')));
  assert.deepEqual(await find(ids.slice(0, 1)), []);
});
