import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { testDialect } from '#lib/db/test-support.ts';
import { recordEvent } from '#lib/services/events/record.ts';
import { openPlace, openProcess, type Process } from '#lib/transfers/test-support.ts';
import type { PublishedEvent } from './published-event.ts';
import type { PeerMessage } from './peers.ts';

/** SQLite belongs to one process: there these have nothing to say. */
function several(title: string, run: (t: TestContext) => Promise<void>): void {
  if (testDialect === 'postgres') void test(title, run);
}

async function openBoth(t: TestContext) {
  const place = await openPlace(t, [{ id: 'fast' }]);
  const [one, other] = [await openProcess(place), await openProcess(place)];
  const heard: PublishedEvent[] = [];
  const messages: PeerMessage[] = [];
  other.runtime.events.subscribe((event) => void heard.push(event));
  await other.runtime.peers.listen(
    (message) => {
      messages.push(message);
      other.runtime.events.hear(message);
    },
    () => other.runtime.events.catchUp(),
  );
  return { one, other, heard, messages };
}

const change = ({ runtime, ctx }: Process, imageId: string) =>
  runtime.db.transaction((q) =>
    recordEvent(ctx, q, { type: 'image', image_id: imageId, change: 'updated' }, 'blue'),
  );

const imagesIn = (heard: PublishedEvent[]) =>
  heard.map(({ event }) => (event.type === 'image' ? event.image_id : event.type));

async function until(isSo: () => boolean, what: string): Promise<void> {
  for (const deadline = Date.now() + 10_000; !isSo(); await delay(20)) {
    if (Date.now() > deadline) throw new Error(`${what} did not come about`);
  }
}

several('what one process records and how far it is, another one hears once', async (t) => {
  const { one, heard } = await openBoth(t);
  await change(one, 'first');
  one.runtime.events.publish({ id: null, event: { type: 'store', store: 'fast' }, projectId: null });
  await until(() => heard.length >= 2, 'hearing of both');
  await delay(200);
  assert.deepEqual(imagesIn(heard).toSorted(), ['first', 'store']);
  assert.equal(heard.find(({ id }) => id !== null)?.projectId, 'blue');
});

several('what was taken back is told to nobody', async (t) => {
  const { one, heard } = await openBoth(t);
  await assert.rejects(
    one.runtime.db.transaction(async (q) => {
      await recordEvent(one.ctx, q, { type: 'image', image_id: 'never', change: 'updated' }, null);
      throw new Error('changed its mind');
    }),
  );
  await change(one, 'after');
  await until(() => heard.length > 0, 'hearing of the next one');
  assert.deepEqual(imagesIn(heard), ['after']);
});

several('what happened while the listening connection was away is told when it is back', async (t) => {
  const { one, heard } = await openBoth(t);
  await change(one, 'before');
  await until(() => heard.length === 1, 'hearing of the first');
  const killed = sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'stowage listener' and datname = current_database()`;
  const { db } = one.runtime.db.read;
  await (db as unknown as { execute(query: typeof killed): Promise<unknown> }).execute(killed);
  await change(one, 'meanwhile');
  await until(() => heard.length >= 2, 'hearing of what was missed');
  await change(one, 'later');
  await until(() => heard.length >= 3, 'hearing of the latest');
  assert.deepEqual(imagesIn(heard), ['before', 'meanwhile', 'later']);
});

several('long and many messages arrive, each within what PostgreSQL carries', async (t) => {
  const { one, messages } = await openBoth(t);
  const uploads = Array.from({ length: 500 }, () => `${randomUUID()}-${'ü'.repeat(50)}`);
  for (const upload of uploads) one.runtime.peers.tell({ type: 'let-go', upload });
  await until(() => messages.length === uploads.length, 'hearing of all');
  assert.deepEqual(
    messages.map((message) => message.type === 'let-go' && message.upload),
    uploads,
  );
});

test('this process hears of a change once, after its commit', async (t) => {
  const process = await openProcess(await openPlace(t, [{ id: 'fast' }]));
  const heard: PublishedEvent[] = [];
  process.runtime.events.subscribe((event) => void heard.push(event));
  await process.runtime.db.transaction(async (q) => {
    const event = { type: 'image', image_id: 'one', change: 'updated' } as const;
    await recordEvent(process.ctx, q, event, 'blue');
    assert.deepEqual(heard, []);
  });
  process.runtime.events.catchUp();
  await delay(100);
  assert.deepEqual(imagesIn(heard), ['one']);
});
