/** Tells everybody what has happened, in this process and in the others; `/api/events` passes it on to browsers. */
import type { Logger } from 'pino';
import type { Database, Transaction } from '../db/database.ts';
import {
  eventOverlapMilliseconds,
  findEvents,
  listEventsAfter,
  replayFrom,
} from '../db/repositories/events.ts';
import { alone, type PeerMessage, type Peers } from './peers.ts';
import { toPublished, type PublishedEvent } from './published-event.ts';

export interface EventBus {
  /** Told here at once; progress (without an id) also to the other processes, soon. */
  publish(event: PublishedEvent): void;
  /** A row that `q` has just written: told everywhere when it commits, and nowhere when it does not. */
  publishWith(q: Transaction, event: PublishedEvent & { id: number }): Promise<void>;
  /** Whether anybody may listen: progress that nobody hears need not be looked up. */
  readonly heard: boolean;
  /** Returns the unsubscriber. A listener must not throw and must not block. */
  subscribe(listener: (event: PublishedEvent) => void): () => void;
  /** What another process told. */
  hear(message: PeerMessage): void;
  /** What other processes told may have been missed: everything that is not known to have been told is told now. */
  catchUp(): void;
}

export interface EventBusOptions {
  peers?: Peers;
  db?: Database;
  log?: Logger;
}

/** So many ids are remembered as told: more than come within the overlap of a replay. */
const rememberedIds = 20_000;
const catchUpPage = 500;

export function openEventBus({ peers = alone, db, log }: EventBusOptions = {}): EventBus {
  const listeners = new Set<(event: PublishedEvent) => void>();
  const told = new Set<number>();
  let newest: number | null = null;
  let reading: Promise<void> = Promise.resolve();

  function tellHere(event: PublishedEvent): void {
    if (event.id !== null) {
      if (told.has(event.id)) return;
      told.add(event.id);
      newest = Math.max(newest ?? 0, event.id);
      if (told.size > rememberedIds) told.delete(told.values().next().value ?? 0);
    }
    for (const listener of listeners) listener(event);
  }

  /** One after the other, so that what was recorded first is told first. */
  function read(work: (database: Database) => Promise<void>): void {
    if (db === undefined) return;
    reading = reading
      .then(() => work(db))
      .catch((error: unknown) => log?.warn({ err: error }, 'changes of other processes could not be read'));
  }

  return {
    publish(event) {
      tellHere(event);
      if (event.id === null) peers.tell({ type: 'progress', events: [event] });
    },
    async publishWith(q, event) {
      await peers.tellWith(q, { type: 'recorded', ids: [event.id] });
      q.afterCommit(() => tellHere(event));
    },
    get heard() {
      return listeners.size > 0 || peers !== alone;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hear(message) {
      if (message.type === 'progress') for (const event of message.events) tellHere(event);
      if (message.type !== 'recorded') return;
      // Remembered also when nobody listens: what comes after a gap begins behind it.
      if (listeners.size === 0) {
        for (const id of message.ids) newest = Math.max(newest ?? 0, id);
        return;
      }
      read(async ({ read: q }) => {
        for (const row of await findEvents(q, message.ids)) tellHere(toPublished(row));
      });
    },
    catchUp() {
      const from = newest;
      if (from === null || listeners.size === 0) return;
      read(async ({ read: q }) => {
        let after = await replayFrom(q, from, eventOverlapMilliseconds);
        for (;;) {
          const rows = await listEventsAfter(q, after, catchUpPage);
          for (const row of rows) {
            tellHere(toPublished(row));
            after = row.id;
          }
          if (rows.length < catchUpPage) return;
        }
      });
    },
  };
}
