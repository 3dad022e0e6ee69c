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
import { toPublished, type PublishedEvent } from '#lib/runtime/published-event.ts';
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
  let listener: Listener | null = null;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        listener = new Listener(ctx, options, controller);
        listener.begin();
      },
      cancel() {
        listener?.leave();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: progressLimitBytes }),
  );
}

/** One client that hears what concerns it, first what it has missed. */
class Listener {
  readonly #ctx: Context;
  readonly #options: StreamOptions;
  readonly #controller: ReadableStreamDefaultController<Uint8Array>;
  readonly #encoder = new TextEncoder();
  /** What stops with it. */
  readonly #endings: (() => void)[] = [];
  #isOpen = true;
  /** Until the replay is done, what happens meanwhile waits here. */
  #held: PublishedEvent[] | null = [];
  #sentId = 0;
  /** The latest ones: what is replayed with an overlap may also have come by itself meanwhile. */
  readonly #sent = new Set<number>();

  constructor(ctx: Context, options: StreamOptions, controller: ReadableStreamDefaultController<Uint8Array>) {
    this.#ctx = ctx;
    this.#options = options;
    this.#controller = controller;
  }

  begin(): void {
    const { runtime, actor, log, signal } = this.#ctx;
    const heartbeat = setInterval(() => this.#beat(), heartbeatMilliseconds);
    const look = setInterval(() => {
      const hasExpired = actor.expiresAt !== null && actor.expiresAt <= runtime.now();
      if (runtime.draining || hasExpired) this.#end();
    }, lookMilliseconds);
    this.#endings.push(
      runtime.events.subscribe((published) => this.#hear(published)),
      () => clearInterval(heartbeat),
      () => clearInterval(look),
    );
    signal?.addEventListener('abort', () => this.#end(), { once: true });
    this.#write(`retry: ${retryMilliseconds}\n\n`);
    this.#catchUp().catch((error: unknown) => {
      log.warn({ err: error }, 'events could not be replayed');
      this.#end();
    });
  }

  /** The client has gone. */
  leave(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const ending of this.#endings) ending();
    this.#options.onEnd();
  }

  #end(): void {
    if (!this.#isOpen) return;
    this.leave();
    this.#controller.close();
  }

  #beat(): void {
    this.#write(': still here\n\n');
    this.#options.isStillSignedIn().then(
      (isSignedIn) => (isSignedIn ? undefined : this.#end()),
      (error: unknown) => this.#ctx.log.warn({ err: error }, 'a session could not be looked up'),
    );
  }

  async #catchUp(): Promise<void> {
    const standsAt = await replay(this.#ctx, this.#options.lastEventId, (published) => {
      if (isFor(this.#ctx.actor, published.projectId)) this.#send(published);
    });
    // An id without data dispatches nothing and is remembered: a cut right now loses nothing either.
    if (standsAt > this.#sentId) {
      this.#sentId = standsAt;
      this.#write(`id: ${standsAt}\n\n`);
    }
    const waiting = this.#held ?? [];
    this.#held = null;
    for (const published of waiting) this.#send(published);
  }

  #hear(published: PublishedEvent): void {
    if (!isFor(this.#ctx.actor, published.projectId)) return;
    if (this.#held === null) this.#send(published);
    else if (published.id !== null) this.#held.push(published);
  }

  #send({ id, event }: PublishedEvent): void {
    const shown = shownTo(this.#ctx.actor, event);
    if (id === null) {
      if (this.#backlogBytes() < progressLimitBytes) this.#write(toText(null, shown));
      return;
    }
    if (this.#sent.has(id)) return;
    this.#sent.add(id);
    if (this.#sent.size > 2 * replayLimit) this.#sent.delete(this.#sent.values().next().value ?? 0);
    if (this.#backlogBytes() > changeLimitBytes) return this.#end();
    // Never back: ids of several processes do not become visible in their order.
    this.#sentId = Math.max(this.#sentId, id);
    this.#write(toText(this.#sentId, shown));
  }

  #write(text: string): void {
    if (this.#isOpen) this.#controller.enqueue(this.#encoder.encode(text));
  }

  /** What waits for the client to read it. */
  #backlogBytes(): number {
    return progressLimitBytes - (this.#controller.desiredSize ?? 0);
  }
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
      send(toPublished(row));
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
