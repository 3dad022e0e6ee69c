/**
 * `/api/events`: what happens, as server-sent events. Changes have an id and are replayed after `Last-Event-ID`, so that
 * none is lost across a cut connection; progress has none, because the next one makes a lost one good.
 */
import type { Actor } from '#lib/auth/actor.ts';
import type { ServerEvent } from '#lib/contract/events.ts';
import {
  eventOverlapMilliseconds,
  firstEventId,
  lastEventId,
  listEventsAfter,
  replayFrom,
} from '#lib/db/repositories/events.ts';
import type { Context } from '#lib/runtime/context.ts';
import type { PublishedEvent } from '#lib/runtime/published-event.ts';
import { actionsFor } from '#lib/services/transfers/view.ts';

const retryMilliseconds = 2_000;
const heartbeatMilliseconds = 15_000;
/** A stopping server must not be held up by streams that never end. */
const lookMilliseconds = 1_000;
/** Above this, a client that reads too slowly gets no progress any more. */
const progressLimitBytes = 64 * 1024;
/** Above this, its stream ends: it comes back with the last id that it has read, and gets the changes from there. */
const changeLimitBytes = 512 * 1024;
/** A longer gap is told by `reset`: reading everything anew is cheaper than so many small changes. */
const replayLimit = 1_000;
const replayPage = 200;

export interface StreamOptions {
  /** Of the header or the query; null for a client that comes for the first time. */
  lastEventId: number | null;
  /** Still signed in? Asked with every heartbeat. */
  isStillSignedIn(): Promise<boolean>;
  /** The stream has ended, however. */
  onEnd(): void;
}

/** A stream that ends with the client, the session or the server. Flat in memory however slow the client is. */
export function openEventStream(ctx: Context, options: StreamOptions): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let stop: () => void = () => undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const { runtime, actor } = ctx;
        let isOpen = true;
        /** Until the replay is done, what happens meanwhile waits here. */
        let held: PublishedEvent[] | null = [];
        let sentId = 0;
        /** The latest ones: what is replayed with an overlap may also have come by itself meanwhile. */
        const sent = new Set<number>();

        const write = (text: string): void => {
          if (isOpen) controller.enqueue(encoder.encode(text));
        };
        const backlog = (): number => progressLimitBytes - (controller.desiredSize ?? 0);
        const send = ({ id, event }: PublishedEvent): void => {
          const shown = shownTo(actor, event);
          if (id === null) {
            if (backlog() < progressLimitBytes) write(toText(null, shown));
            return;
          }
          if (sent.has(id)) return;
          sent.add(id);
          if (sent.size > 2 * replayLimit) sent.delete(sent.values().next().value ?? 0);
          if (backlog() > changeLimitBytes) return end();
          // Never back: ids of several processes do not become visible in their order.
          sentId = Math.max(sentId, id);
          write(toText(sentId, shown));
        };
        const hear = (published: PublishedEvent): void => {
          if (!isFor(actor, published.projectId)) return;
          if (held === null) send(published);
          else if (published.id !== null) held.push(published);
        };
        const leave = (): void => {
          if (!isOpen) return;
          isOpen = false;
          unsubscribe();
          clearInterval(heartbeat);
          clearInterval(look);
          options.onEnd();
        };
        const end = (): void => {
          if (!isOpen) return;
          leave();
          controller.close();
        };
        const unsubscribe = runtime.events.subscribe(hear);
        const heartbeat = setInterval(() => {
          write(': still here\n\n');
          options.isStillSignedIn().then(
            (isSignedIn) => (isSignedIn ? undefined : end()),
            (error: unknown) => ctx.log.warn({ err: error }, 'a session could not be looked up'),
          );
        }, heartbeatMilliseconds);
        const look = setInterval(() => {
          const hasExpired = actor.expiresAt !== null && actor.expiresAt <= runtime.now();
          if (runtime.draining || hasExpired) end();
        }, lookMilliseconds);
        stop = leave;
        ctx.signal?.addEventListener('abort', end, { once: true });
        write(`retry: ${retryMilliseconds}\n\n`);
        replay(ctx, options.lastEventId, (published) => {
          if (isFor(actor, published.projectId)) send(published);
        })
          .then((standsAt) => {
            // An id without data dispatches nothing and is remembered: a cut right now loses nothing either.
            if (standsAt > sentId) {
              sentId = standsAt;
              write(`id: ${standsAt}\n\n`);
            }
            const waiting = held ?? [];
            held = null;
            for (const published of waiting) send(published);
          })
          .catch((error: unknown) => {
            ctx.log.warn({ err: error }, 'events could not be replayed');
            end();
          });
      },
      cancel() {
        stop();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: progressLimitBytes }),
  );
}

/** Sends what came after `afterId`; resolves with the id of the newest row that it has looked at. */
async function replay(
  { runtime }: Context,
  afterId: number | null,
  send: (published: PublishedEvent) => void,
): Promise<number> {
  const q = runtime.db.read;
  const newest = (await lastEventId(q)) ?? 0;
  if (afterId === null) return newest;
  const first = (await firstEventId(q)) ?? newest + 1;
  // Also an id that this database never gave: it was restored from a backup.
  if (afterId > newest || afterId < first - 1 || newest - afterId > replayLimit) {
    send({ id: newest, event: { type: 'reset' }, projectId: null });
    return newest;
  }
  let from = await replayFrom(q, afterId, eventOverlapMilliseconds);
  for (;;) {
    const rows = await listEventsAfter(q, from, replayPage);
    for (const row of rows) {
      send({ id: row.id, event: row.payload as unknown as ServerEvent, projectId: row.project_id });
      from = row.id;
    }
    if (rows.length < replayPage) return Math.max(from, newest);
  }
}

function isFor(actor: Actor, projectId: string | null): boolean {
  if (projectId === null || actor.administrator) return true;
  // Who speaks for no project has none in common with others of whom that is true.
  return projectId !== '' && actor.projectId === projectId;
}

/** What one may do with a transfer depends on who one is. */
function shownTo(actor: Actor, event: ServerEvent): ServerEvent {
  if (event.type !== 'transfer' || actor.administrator) return event;
  const { kind, state } = event.transfer;
  const actions = actionsFor(actor, { project_id: actor.projectId, kind, state, wish: null });
  return { type: 'transfer', transfer: { ...event.transfer, actions } };
}

function toText(id: number | null, event: ServerEvent): string {
  const head = id === null ? '' : `id: ${id}\n`;
  return `${head}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
