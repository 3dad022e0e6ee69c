/** The queue when its server goes away: no process ends by it, and jobs go on when it is back. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startPostgres } from '#e2e/support/postgres.ts';
import { openPostgres } from './postgres.ts';
import { migrationsOf } from './test-support.ts';

const patienceMilliseconds = 20_000;

async function until(isSo: () => boolean, what: string): Promise<void> {
  for (const deadline = performance.now() + patienceMilliseconds; !isSo(); await delay(20)) {
    assert.ok(performance.now() < deadline, `${what} did not come about`);
  }
}

test('a job that ends while the server is away ends nothing else, and the next ones run', async (t) => {
  const started = await startPostgres();
  assert.ok(started.ok);
  const { server } = started;
  after(() => server.remove());
  const broken: unknown[] = [];
  const db = await openPostgres({
    url: server.url,
    poolSize: 4,
    migrationsDirectory: migrationsOf('postgres'),
    onConnectionError: (error) => broken.push(error),
  });
  const ran: string[] = [];
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>();
  t.after(async () => {
    goOn();
    await db.close();
  });
  await db.jobs?.start({
    atOnce: 3,
    handlers: {
      transfers: async () => {
        ran.push('transfers');
        if (ran.length === 1) await mayEnd;
      },
      reconcile: async () => {
        ran.push('reconcile');
        await mayGoOn;
        ran.push('reconciled');
      },
      'list-stores': () => Promise.resolve(),
    },
    schedule: {},
  });
  await db.jobs?.add({ name: 'transfers', key: 'one' });
  await until(() => ran.length === 1, 'the first job');
  await db.jobs?.add({ name: 'reconcile', key: 'long' });
  await until(() => ran.length === 2, 'the long job');

  await server.stop('immediate');
  end();
  await until(() => broken.length > 0, 'the failure');
  await delay(300);
  await server.start();
  await db.jobs?.add({ name: 'transfers', key: 'two' });
  await until(() => ran.length === 3, 'the job after it');
  // What was running all the time was not disturbed.
  goOn();
  await until(() => ran.includes('reconciled'), 'the end of the long job');
  assert.deepEqual(ran, ['transfers', 'reconcile', 'transfers', 'reconciled']);
});
