/** A COMMIT that gets no answer: a proxy before a real PostgreSQL loses the question, or the answer. */
import assert from 'node:assert/strict';
import { connect, createServer, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { isStowageError } from '../contract/errors.ts';
import { openPostgres } from './postgres.ts';
import { findProject, insertProject } from './repositories/identity.ts';
import { makePostgres, migrationsOf } from './test-support.ts';

type Fault = 'question' | 'answer';

/** Between the two, until the next COMMIT: that connection ends. */
async function openProxy(t: TestContext, target: string) {
  const { hostname, port } = new URL(target);
  const proxy = { lose: null as Fault | null, messages: 0, url: '' };
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', cut).on('close', cut);
    upstream.pipe(client);
    client.on('data', (chunk) => {
      proxy.messages += 1;
      if (proxy.lose === null || !chunk.includes('commit\0')) return void upstream.write(chunk);
      const fault = proxy.lose;
      proxy.lose = null;
      if (fault === 'question') return cut();
      upstream.unpipe(client);
      upstream.once('data', cut).resume();
      upstream.write(chunk);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  const { port: own } = server.address() as AddressInfo;
  proxy.url = Object.assign(new URL(target), { host: `127.0.0.1:${own}` }).href;
  return proxy;
}

async function openBehindProxy(t: TestContext, { listens }: { listens: boolean }) {
  const database = await makePostgres();
  const proxy = await openProxy(t, database.url);
  const db = await openPostgres({
    url: proxy.url,
    poolSize: 2,
    migrationsDirectory: migrationsOf('postgres'),
  });
  t.after(async () => {
    await db.close();
    await database.drop();
  });
  if (listens)
    await db.channel?.listen(
      () => undefined,
      () => undefined,
    );
  let runs = 0;
  let told = 0;
  const write = (id: string, lose: Fault | null) => {
    [runs, told, proxy.lose] = [0, 0, lose];
    return db.transaction(async (q) => {
      runs += 1;
      q.afterCommit(() => (told += 1));
      await insertProject(q, { id, name: id, description: '', enabled: true, created_at: 1 });
      return id;
    });
  };
  const counts = () => ({ runs, told });
  return { db, proxy, write, counts };
}

test('a change that was kept is not made again, and one that was not is, whatever became of the answer', async (t) => {
  const { db, write, counts } = await openBehindProxy(t, { listens: true });
  assert.equal(await write('kept', 'answer'), 'kept');
  assert.deepEqual(counts(), { runs: 1, told: 1 });
  assert.ok(await findProject(db.read, 'kept'));
  assert.equal(await write('lost', 'question'), 'lost');
  assert.deepEqual(counts(), { runs: 2, told: 1 });
  assert.ok(await findProject(db.read, 'lost'));
});

test('where no connection has stood since, only what was not kept is made again', async (t) => {
  const { db, write, counts } = await openBehindProxy(t, { listens: false });
  assert.equal(await write('lost', 'question'), 'lost');
  assert.deepEqual(counts(), { runs: 2, told: 1 });
  // Its number may be another one's by now, if the server has crashed.
  await assert.rejects(write('kept', 'answer'), (error) => {
    assert.ok(isStowageError(error));
    assert.equal(error.code, 'database_unavailable');
    assert.match(error.message, /not known/);
    return true;
  });
  assert.deepEqual(counts(), { runs: 1, told: 0 });
  assert.ok(await findProject(db.read, 'kept'));
});

test('knowing it costs no message of its own', async (t) => {
  const { db, proxy } = await openBehindProxy(t, { listens: false });
  await db.transaction(() => Promise.resolve());
  const before = proxy.messages;
  await db.transaction(() => Promise.resolve());
  assert.equal(proxy.messages - before, 2, 'BEGIN and COMMIT');
});
