import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { recordEvent } from '#lib/services/events/record.ts';
import type { Context } from '#lib/runtime/context.ts';
import { administrator, contextOf, openPlace, openProcess, tenant } from '#lib/transfers/test-support.ts';
import { openEventStream } from './event-stream.ts';

interface Heard {
  id: string | null;
  type: string;
  data: Record<string, unknown>;
}

function listen(ctx: Context, lastEventId: number | null) {
  const heard: Heard[] = [];
  const ids: string[] = [];
  const stream = openEventStream(ctx, {
    lastEventId,
    isStillSignedIn: () => Promise.resolve(true),
    onEnd: () => undefined,
  });
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  const ended = (async () => {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      rest += decoder.decode(part.value, { stream: true });
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null;
        const id = field('id');
        if (id !== null) ids.push(id);
        const data = field('data');
        if (data !== null) heard.push({ id, type: field('event') ?? '', data: JSON.parse(data) });
      }
    }
  })();
  return { heard, ids, ended, stop: () => reader.cancel() };
}

/** For what comes soon; what is compared afterwards says what came instead. */
async function until(isSo: () => boolean): Promise<void> {
  for (const deadline = performance.now() + 5_000; !isSo() && performance.now() < deadline;) await delay(5);
}

const change = (ctx: Context, imageId: string, projectId: string | null) =>
  ctx.runtime.db.transaction((q) =>
    recordEvent(ctx, q, { type: 'image', image_id: imageId, change: 'updated' }, projectId),
  );

test('changes reach those who may hear of them, and come again after a cut', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }]);
  const { runtime } = await openProcess(place);
  const asAdministrator = contextOf(runtime, administrator);
  const asTenant = contextOf(runtime, tenant);
  await change(asAdministrator, 'before', null);
  const everything = listen(asAdministrator, null);
  const own = listen(asTenant, null);
  await change(asAdministrator, 'of-blue', 'blue');
  await change(asAdministrator, 'of-red', 'red');
  await change(asAdministrator, 'public', null);
  await until(() => everything.heard.length >= 3 && own.heard.length >= 2);
  const imagesOf = ({ heard }: { heard: Heard[] }) => heard.map(({ data }) => data['image_id']);
  assert.deepEqual(imagesOf(everything), ['of-blue', 'of-red', 'public']);
  assert.deepEqual(imagesOf(own), ['of-blue', 'public']);

  const cutAt = Number(own.heard[0]?.id);
  await own.stop();
  await change(asAdministrator, 'while-away', 'blue');
  const back = listen(asTenant, cutAt);
  await until(() => imagesOf(back).at(-1) === 'while-away');
  await change(asAdministrator, 'later', 'blue');
  await until(() => imagesOf(back).at(-1) === 'later');
  // PostgreSQL goes a little further back, because ids are not given in the order of the commits.
  assert.deepEqual(imagesOf(back).slice(-3), ['public', 'while-away', 'later']);
  await back.stop();
  await everything.stop();
});

test('an id that is not of this database is answered with reset', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }]);
  const { runtime } = await openProcess(place);
  const ctx = contextOf(runtime, administrator);
  await change(ctx, 'one', null);
  const back = listen(ctx, 4_000_000);
  await until(() => back.heard.length > 0);
  assert.deepEqual(
    back.heard.map(({ type }) => type),
    ['reset'],
  );
  await back.stop();
});

test('who does not read is left without progress, and cut off when changes pile up', async (t) => {
  const place = await openPlace(t, [{ id: 'fast' }]);
  const { runtime } = await openProcess(place);
  const ctx = contextOf(runtime, administrator);
  let isEnded = false;
  const stream = openEventStream(ctx, {
    lastEventId: null,
    isStillSignedIn: () => Promise.resolve(true),
    onEnd: () => {
      isEnded = true;
    },
  });
  await delay(50);
  for (let i = 0; i < 20_000; i += 1) {
    runtime.events.publish({ id: null, event: { type: 'store', store: 'fast' }, projectId: null });
  }
  assert.equal(isEnded, false);
  for (let i = 1; i < 20_000 && !isEnded; i += 1) {
    runtime.events.publish({ id: i, event: { type: 'store', store: 'fast' }, projectId: null });
  }
  assert.equal(isEnded, true);
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.byteLength;
  assert.ok(bytes < 1024 * 1024, `${bytes} bytes were kept`);
});
