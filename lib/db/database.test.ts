/** What the port promises, on either database. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import SQLite from 'better-sqlite3';
import { asc, gt } from 'drizzle-orm';
import pg from 'pg';
import { hasCode } from '../contract/errors.ts';
import type { Database, Transaction } from './database.ts';
import { sumImages } from './repositories/counters.ts';
import { findProject, findUserByName, insertProject, insertUser } from './repositories/identity.ts';
import { imageFilters } from './repositories/image-filters.ts';
import { listImages } from './repositories/image-list.ts';
import { findImage, insertImage, updateImage, type NewImage } from './repositories/images.ts';
import { makeTestDatabase, testDialect, type TestDatabase } from './test-support.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'stowage-database-'));
let database: TestDatabase;
let db: Database;
beforeEach(async () => {
  database = await makeTestDatabase(directory);
  db = await database.open({ poolSize: 8 });
});
afterEach(async () => {
  await db.close();
  await database.drop();
});
after(() => rmSync(directory, { recursive: true }));

function newImage(changes: Partial<NewImage> = {}): NewImage {
  return {
    id: randomUUID(),
    name: 'an image',
    status: 'queued',
    disk_format: null,
    container_format: null,
    size_bytes: null,
    virtual_size_bytes: null,
    visibility: 'private',
    protected: false,
    hidden: false,
    owner_id: 'blue',
    md5: null,
    sha512: null,
    min_disk_gib: 0,
    min_ram_mib: 0,
    format_detail: null,
    safety: { warnings: ['ü', '"'] },
    failed_import: null,
    created_at: 1,
    updated_at: 1,
    ...changes,
  };
}

async function addImage(changes: Partial<NewImage> = {}, properties: Record<string, string> = {}) {
  const image = newImage(changes);
  await db.transaction((q) => insertImage(q, image, [], properties));
  return image;
}

test('what belongs to a transaction that fails is not kept, and nothing is told of it', async () => {
  const image = newImage();
  const told: string[] = [];
  await assert.rejects(
    db.transaction(async (q) => {
      q.beforeCommit('a', async () => void told.push('before'));
      q.afterCommit(() => told.push('after'));
      await insertImage(q, image, ['tag'], {});
      throw new Error('no');
    }),
    /^Error: no$/,
  );
  assert.equal(await findImage(db.read, image.id), null);
  assert.deepEqual(told, []);
});

test('what is put off runs in the order of its keys, then the rest after the commit', async () => {
  const seen: string[] = [];
  const { id } = await addImage();
  await db.transaction(async (q) => {
    q.afterCommit(() => seen.push('after'));
    for (const key of ['c', 'a', 'b']) {
      q.beforeCommit(key, async () => {
        const image = await findImage(q, id);
        if (image !== null) await updateImage(q, image, { name: key, updated_at: 2 });
        seen.push(key);
      });
    }
    seen.push('work');
  });
  assert.deepEqual(seen, ['work', 'a', 'b', 'c', 'after']);
  assert.equal((await findImage(db.read, id))?.name, 'c');
});

test('of many that lock, read and write, none is lost', async () => {
  const project = { id: 'p1', name: 'blue', description: '0', enabled: true, created_at: 1 };
  await db.transaction((q) => insertProject(q, project));
  const add = async (q: Transaction) => {
    await q.lock('project:blue');
    const { description } = (await findProject(q, 'p1')) ?? project;
    await q.db.update(q.tables.projects).set({ description: `${Number(description) + 1}` });
  };
  await Promise.all(Array.from({ length: 40 }, () => db.transaction(add)));
  assert.equal((await findProject(db.read, 'p1'))?.description, '40');
});

test('a transaction that was overtaken because it took no lock is run again, and nothing is lost', async () => {
  const { id } = await addImage();
  let runs = 0;
  const add = async (q: Transaction) => {
    runs += 1;
    const image = await findImage(q, id);
    assert.ok(image);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await updateImage(q, image, { min_disk_gib: image.min_disk_gib + 1, updated_at: 2 });
  };
  await Promise.all([db.transaction(add), db.transaction(add), db.transaction(add)]);
  assert.equal((await findImage(db.read, id))?.min_disk_gib, 3);
  if (testDialect === 'postgres') assert.ok(runs > 3, `${runs} runs`);
});

test('two that lock the same in opposite order both come to their end', { timeout: 20_000 }, async () => {
  const { id } = await addImage();
  const run = (keys: string[]) =>
    db.transaction(async (q) => {
      for (const key of keys) {
        await q.lock(key);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const image = await findImage(q, id);
      if (image !== null) await updateImage(q, image, { min_ram_mib: image.min_ram_mib + 1, updated_at: 2 });
    });
  await Promise.all([run(['a', 'b']), run(['b', 'a'])]);
  assert.equal((await findImage(db.read, id))?.min_ram_mib, 2);
});

test('counters are right however many write them at once', async () => {
  await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      addImage({ owner_id: n % 2 ? 'blue' : 'red', visibility: n % 3 ? 'private' : 'shared', size_bytes: n }),
    ),
  );
  assert.deepEqual(await sumImages(db.read, {}), { count: 60, bytes: 1770 });
  assert.deepEqual(await sumImages(db.read, { ownerId: 'red', visibility: 'shared' }), {
    count: 10,
    bytes: 270,
  });
});

test('text is ordered and compared byte by byte', async () => {
  const names = ['ab', 'B', 'a', 'Z', 'é', 'z', '_', 'ａ', '\u{1f600}', 'a b', 'A', '-a', 'ä', ''];
  for (const name of names) await addImage({ name });
  const bytewise = names.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  const { images } = db.read.tables;
  const sorted = await db.read.db
    .select({ name: images.sort_name })
    .from(images)
    .orderBy(asc(images.sort_name));
  assert.deepEqual(
    sorted.map(({ name }) => name),
    bytewise,
  );
  const behind = await db.read.db.select().from(images).where(gt(images.sort_name, 'a'));
  assert.equal(behind.length, bytewise.length - 1 - bytewise.indexOf('a'));
});

test('a property as long as may be is kept and found by its value', async () => {
  const value = 'ä'.repeat(65_535);
  const { id } = await addImage({}, { note: value });
  await addImage({}, { note: `${value.slice(1)}b` });
  const { rows } = await listImages(db.read, {
    branches: [{ kind: 'all' }],
    filters: [imageFilters.property(db.read, 'note', value)],
    sort: [{ key: 'created_at', dir: 'desc' }],
    after: null,
    limit: 10,
  });
  assert.deepEqual(
    rows.map((row) => row.id),
    [id],
  );
});

test('JSON, flags, nulls and large numbers come back as they went', async () => {
  const large = Number.MAX_SAFE_INTEGER;
  const image = await addImage({
    size_bytes: large,
    hidden: true,
    safety: null,
    failed_import: ['b', 'a'],
    created_at: large - 1,
  });
  const row = await findImage(db.read, image.id);
  assert.deepEqual(
    { ...row },
    { ...image, sort_name: 'an image', search_name: 'an image', sort_size: large, revision: 0 },
  );
});

test('a search for what no text can hold finds nothing or says so', async () => {
  const search = findUserByName(db.read, 'a\0b');
  if (testDialect === 'sqlite') assert.equal(await search, null);
  else await assert.rejects(search, (error) => hasCode(error, 'bad_request'));
});

test('an error about a row does not repeat what the row holds', async () => {
  const user = {
    id: 'u1',
    name: 'maria',
    password_hash: '$scrypt$very-secret',
    default_project_id: null,
    description: '',
    email: null,
    enabled: true,
    created_at: 1,
    updated_at: 1,
  };
  await db.transaction((q) => insertUser(q, user));
  const again = db.transaction((q) => insertUser(q, { ...user, id: 'u2' }));
  await assert.rejects(again, (error: Error) => {
    const told = JSON.stringify({ ...error, message: error.message, stack: error.stack, cause: error.cause });
    assert.ok(!told.includes('very-secret'), told);
    assert.match(told, /unique/i);
    return true;
  });
});

test('a database made ready by a newer version is refused', async () => {
  const statement = `insert into ${testDialect === 'sqlite' ? '' : 'drizzle.'}__drizzle_migrations (hash, created_at) values ('of the future', 1)`;
  if (testDialect === 'sqlite') {
    const file = new SQLite(database.url.slice('sqlite:'.length));
    file.exec(statement);
    file.close();
  } else {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(statement);
    await client.end();
  }
  await assert.rejects(database.open(), /newer version of Stowage/);
});

test('leases go by the clock of the database', async () => {
  const [before, now, later] = [Date.now(), await db.read.now(), await db.transaction((q) => q.now())];
  assert.ok(Number.isInteger(now) && Math.abs(now - before) < 5_000);
  assert.ok(later >= now);
  const told = await database.open({ now: () => 42 });
  assert.equal(await told.read.now(), 42);
  await told.close();
});
