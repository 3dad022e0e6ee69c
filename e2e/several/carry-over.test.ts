import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { eq } from 'drizzle-orm';
import { requireDebian } from '#e2e/support/debian.ts';
import { hasCode, isStowageError } from '#lib/contract/errors.ts';
import type { Database } from '#lib/db/database.ts';
import { insertEvent } from '#lib/db/repositories/events.ts';
import { claimDataDirectory } from '#lib/db/sole-owner.ts';
import { openSqlite } from '#lib/db/sqlite.ts';
import { makePostgres, migrationsOf, type TestDatabase } from '#lib/db/test-support.ts';
import { carryOver } from '#lib/db/carry-over/carry-over.ts';
import { insertRandomRows } from './random-rows.ts';
import { listTables } from '#lib/db/carry-over/tables.ts';

interface Sides {
  file: string;
  target: TestDatabase;
  run(): ReturnType<typeof carryOver>;
  atSource<T>(work: (db: Database) => Promise<T>): Promise<T>;
  atTarget<T>(work: (db: Database) => Promise<T>): Promise<T>;
}

const migrationsDirectories = { sqlite: migrationsOf('sqlite'), postgres: migrationsOf('postgres') };

const postgres = await requireDebian(['postgresql']);

async function openSides(t: TestContext): Promise<Sides> {
  const directory = mkdtempSync(path.join(tmpdir(), 'stowage-carry-over-'));
  const file = path.join(directory, 'stowage.db');
  const target = await makePostgres({ isEmpty: true });
  t.after(async () => {
    await target.drop();
    rmSync(directory, { recursive: true, force: true });
  });
  const closing = async <T>(db: Database, work: (db: Database) => Promise<T>): Promise<T> => {
    try {
      return await work(db);
    } finally {
      await db.close();
    }
  };
  return {
    file,
    target,
    run: () => carryOver({ file, url: target.url, migrationsDirectories }),
    atSource: (work) => closing(openSqlite({ file, migrationsDirectory: migrationsOf('sqlite') }), work),
    atTarget: async (work) => closing(await target.open(), work),
  };
}

const allRows = (db: Database) =>
  Promise.all(
    listTables().map(async ({ name, key }) => {
      const rows = (await db.read.db.select().from(db.read.tables[name])) as Record<string, unknown>[];
      const keyOf = (row: Record<string, unknown>) => JSON.stringify(key.map((part) => row[part]));
      return [name, new Map(rows.map((row) => [keyOf(row), row]))] as const;
    }),
  );

async function conflictOf(run: Promise<unknown>): Promise<string> {
  const error = await run.then(
    () => assert.fail('it was not refused'),
    (thrown: unknown) => thrown,
  );
  assert.ok(hasCode(error, 'conflict'), String(error));
  assert.ok(isStowageError(error) && error.remedy !== undefined);
  return error.message;
}

describe('carrying over to PostgreSQL', { skip: postgres.ok ? false : postgres.reason }, () => {
  test('every row of every table arrives as it was, and the same again changes nothing', async (t) => {
    const sides = await openSides(t);
    await sides.atSource((db) => db.transaction((q) => insertRandomRows(q, 600)));
    for (let time = 1; time <= 2; time += 1) {
      const comparisons = await sides.run();
      assert.equal(comparisons.length, listTables().length);
      for (const { table, source, target, isSame } of comparisons) {
        assert.ok(isSame, table);
        assert.deepEqual([source.rows, target.rows], [600, 600], table);
      }
      assert.deepEqual(await sides.atTarget(allRows), await sides.atSource(allRows));
    }
  });

  test('ids that grow go on behind those that SQLite gave last, also when these are gone', async (t) => {
    const sides = await openSides(t);
    const event = { at: 1, type: 'store', image_id: null, store_id: null, project_id: null, actor_id: null };
    const insert = (db: Database) =>
      db.transaction((q) => insertEvent(q, { ...event, request_id: null, payload: { type: 'store' } }));
    const last = await sides.atSource(async (db) => {
      for (let i = 0; i < 9; i += 1) await insert(db);
      const id = await insert(db);
      await db.transaction(async (q) => void (await q.db.delete(q.tables.events)));
      return id;
    });
    await sides.run();
    assert.ok((await sides.atTarget(insert)) > last);
  });

  test('what the source changed since the last time is changed, also names that were exchanged', async (t) => {
    const sides = await openSides(t);
    await sides.atSource((db) => db.transaction((q) => insertRandomRows(q, 20)));
    await sides.run();
    await sides.atSource((db) =>
      db.transaction(async (q) => {
        const { users, images } = q.tables;
        const [one, other] = await q.db.select().from(users).limit(2);
        assert.ok(one !== undefined && other !== undefined);
        const rename = async (id: string, name: string) =>
          void (await q.db.update(users).set({ name }).where(eq(users.id, id)));
        await rename(one.id, 'meanwhile');
        await rename(other.id, one.name);
        await rename(one.id, other.name);
        await q.db.update(images).set({ name: null, safety: { warnings: ['new'] } });
      }),
    );
    assert.ok((await sides.run()).every(({ isSame }) => isSame));
    assert.deepEqual(await sides.atTarget(allRows), await sides.atSource(allRows));
  });

  test('a target with rows of its own is refused and left as it is', async (t) => {
    const sides = await openSides(t);
    await sides.atSource((db) => db.transaction((q) => insertRandomRows(q, 3)));
    await sides.atTarget((db) =>
      db.transaction(async (q) => {
        await q.db.insert(q.tables.deleted_images).values({ id: 'somebody-else', deleted_at: 1 });
      }),
    );
    assert.match(await conflictOf(sides.run()), /deleted_images: 1 row, for example somebody-else/);
    for (const [name, rows] of await sides.atTarget(allRows)) {
      assert.equal(rows.size, name === 'deleted_images' ? 1 : 0, name);
    }
  });

  test('while a Stowage runs on either side nothing is done', async (t) => {
    const sides = await openSides(t);
    await sides.atSource(() => Promise.resolve());
    const release = claimDataDirectory(`${sides.file}.lock`);
    assert.match(await conflictOf(sides.run()), /A Stowage has .* open/);
    release?.();
    await sides.atTarget(async (db) => {
      await db.read.now();
      assert.match(await conflictOf(sides.run()), /connected to the target/);
    });
    await sides.run();
  });

  test('a row that PostgreSQL cannot keep is named, without what it holds', async (t) => {
    const sides = await openSides(t);
    await sides.atSource((db) =>
      db.transaction(async (q) => {
        await insertRandomRows(q, 2);
        await q.db.insert(q.tables.image_tags).values({ image_id: 'the-bad-one', tag: 'secret\0word' });
      }),
    );
    await assert.rejects(sides.run(), (error: unknown) => {
      assert.ok(hasCode(error, 'bad_request'));
      const { message } = error as Error;
      assert.match(message, /image_tags has a row .* image_id the-bad-one/);
      return true;
    });
  });

  test('a file that is not there is not made', async (t) => {
    const sides = await openSides(t);
    await assert.rejects(sides.run(), (error: unknown) => hasCode(error, 'not_found'));
  });
});
