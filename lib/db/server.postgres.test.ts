/** What only PostgreSQL can do to us: many processes at once, and a server that goes away. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import pg from 'pg';
import { startPostgres } from '#e2e/support/postgres.ts';
import { isStowageError } from '../contract/errors.ts';
import { openPostgres, type PostgresDatabase } from './postgres.ts';
import { findProject, hasUsers, insertProject } from './repositories/identity.ts';
import { makePostgres, migrationsOf, urlOf } from './test-support.ts';

const migrationsDirectory = migrationsOf('postgres');
const project = { id: 'p1', name: 'blue', description: '', enabled: true, created_at: 1 };
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test('however many open an empty database at once, it is made ready once', async () => {
  const database = await makePostgres({ isEmpty: true });
  const opened = await Promise.all(Array.from({ length: 8 }, () => database.open()));
  for (const db of opened) assert.equal(await hasUsers(db.read), false);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query(
    'select hash, count(*)::int as times from drizzle.__drizzle_migrations group by hash',
  );
  await client.end();
  assert.ok(rows.length > 0 && rows.every(({ times }) => times === 1));
  await Promise.all(opened.map((db) => db.close()));
  await database.drop();
});

test('no more connections are taken than the pool may have, and who finds none is told to come again', async () => {
  const database = await makePostgres();
  const db = (await database.open({ poolSize: 2, poolWaitMilliseconds: 500 })) as PostgresDatabase;
  const { promise: end, resolve } = Promise.withResolvers<void>();
  const held = [1, 2].map(() => db.transaction(() => end));
  await wait(100);
  await assert.rejects(hasUsers(db.read), isUnavailable);
  assert.equal(db.pool.totalCount, 2);
  resolve();
  await Promise.all(held);
  assert.equal(await hasUsers(db.read), false);
  await db.close();
  await database.drop();
});

test('who waits too long for a lock is told to come again, and has changed nothing', async () => {
  const database = await makePostgres();
  const db = await database.open();
  const { promise: end, resolve } = Promise.withResolvers<void>();
  const holder = db.transaction(async (q) => {
    await q.lock('project:blue');
    await end;
  });
  await wait(100);
  const waiting = db.transaction(async (q) => {
    await insertProject(q, project);
    await q.lock('project:blue');
  });
  await assert.rejects(waiting, isUnavailable);
  assert.equal(await findProject(db.read, 'p1'), null);
  resolve();
  await holder;
  await db.close();
  await database.drop();
});

test('a wrong address is told at once, without its password', async () => {
  const database = await makePostgres();
  const url = new URL(urlOf(database.url, 'no_such_database'));
  url.password = 'hunter2';
  const startedAt = performance.now();
  await assert.rejects(openPostgres({ url: url.href, poolSize: 2, migrationsDirectory }), (error: Error) => {
    assert.match(error.message, /no_such_database/);
    const { cause, stack } = error;
    assert.ok(!JSON.stringify([error, error.message, stack, cause, String(cause)]).includes('hunter2'));
    return true;
  });
  assert.ok(performance.now() - startedAt < 5_000);
  await database.drop();
});

test(
  'while the server is away everything says so, and afterwards all goes on',
  { timeout: 60_000 },
  async () => {
    const started = await startPostgres();
    assert.ok(started.ok);
    const { server } = started;
    after(() => server.remove());
    const broken: unknown[] = [];
    const options = { url: server.url, poolSize: 4, migrationsDirectory };
    const db = await openPostgres({ ...options, onConnectionError: (error) => broken.push(error) });
    await db.transaction((q) => insertProject(q, project));

    const { promise: isInside, resolve: enter } = Promise.withResolvers<void>();
    const { promise: isGone, resolve: goOn } = Promise.withResolvers<void>();
    const cut = db.transaction(async (q) => {
      await insertProject(q, { ...project, id: 'p2', name: 'red' });
      enter();
      await isGone;
      await insertProject(q, { ...project, id: 'p3', name: 'green' });
    });
    cut.catch(() => undefined);
    await isInside;
    await server.stop('immediate');
    goOn();
    await assert.rejects(cut, isUnavailable);
    await assert.rejects(findProject(db.read, 'p1'), isUnavailable);
    await assert.rejects(db.read.now(), isUnavailable);
    await assert.rejects(
      db.transaction((q) => insertProject(q, { ...project, id: 'p4' })),
      isUnavailable,
    );
    assert.ok(broken.length > 0);
    // The pool's own error carries the whole connection, which a log would write out.
    for (const error of broken) assert.ok(error instanceof Error && !('client' in error));

    // One that starts before its database waits for it.
    const late = openPostgres(options);
    await wait(200);
    await server.start();
    assert.deepEqual(await findProject(db.read, 'p1'), project);
    assert.equal(await findProject(db.read, 'p2'), null);
    await db.transaction((q) => insertProject(q, { ...project, id: 'p2', name: 'red' }));
    await (await late).close();

    // As an administrator restarts it: also what is idle or in the middle of something is ended.
    await server.stop('fast');
    await server.start();
    assert.ok(await findProject(db.read, 'p2'));
    await db.close();
  },
);

function isUnavailable(error: unknown): boolean {
  assert.ok(isStowageError(error), String(error));
  assert.equal(error.code, 'database_unavailable', `${error.message} ${String(error.cause)}`);
  assert.ok((error.retryAfterSeconds ?? 0) > 0);
  return true;
}
