/** The other processes of this installation: what they are told and what they tell, over the database that all share. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { longestMessageBytes, type Channel } from '../db/channel.ts';
import type { Database, Transaction } from '../db/database.ts';
import type { PublishedEvent } from './published-event.ts';

export type PeerMessage =
  /** These rows of `events` are there now. */
  | { type: 'recorded'; ids: readonly number[] }
  /** Progress, of which only the last counts. */
  | { type: 'progress'; events: readonly PublishedEvent[] }
  /** Whoever writes to this upload shall stop at a durable offset: another request wants it, or it is gone. */
  | { type: 'let-go'; upload: string };

export interface Peers {
  /** With the commit of `q`, to everybody else. */
  tellWith(q: Transaction, message: PeerMessage): Promise<void>;
  /** Soon, together with what else there is to tell; lost when the database is away. */
  tell(message: PeerMessage): void;
  listen(hear: (message: PeerMessage) => void, onGap: () => void): Promise<void>;
}

/** On SQLite there is nobody else. */
export const alone: Peers = {
  tellWith: () => Promise.resolve(),
  tell: () => undefined,
  listen: () => Promise.resolve(),
};

const gatherMilliseconds = 50;

export function openPeers(db: Database, log: Logger): Peers {
  return db.channel === null ? alone : new ChannelPeers(db.channel, log);
}

class ChannelPeers implements Peers {
  readonly #channel: Channel;
  readonly #log: Logger;
  #waiting: PeerMessage[] = [];
  #isTelling = false;

  constructor(channel: Channel, log: Logger) {
    this.#channel = channel;
    this.#log = log;
  }

  tellWith(q: Transaction, message: PeerMessage): Promise<void> {
    return q.notify(JSON.stringify([message]));
  }

  tell(message: PeerMessage): void {
    this.#waiting.push(message);
    if (!this.#isTelling) void this.#tellAll();
  }

  async listen(hear: (message: PeerMessage) => void, onGap: () => void): Promise<void> {
    await this.#channel.listen((text) => {
      try {
        for (const message of JSON.parse(text) as PeerMessage[]) hear(message);
      } catch (error) {
        // Everybody with access to the database can say something here; nobody shall end a process by it.
        this.#log.warn({ err: error }, 'what another process told could not be understood');
      }
    }, onGap);
  }

  async #tellAll(): Promise<void> {
    this.#isTelling = true;
    await delay(gatherMilliseconds);
    while (this.#waiting.length > 0) {
      const text = takeBatch(this.#waiting);
      if (text === null) continue;
      try {
        await this.#channel.tell(text);
      } catch (error) {
        this.#log.warn({ err: error }, 'the other processes could not be told');
        this.#waiting = [];
      }
    }
    this.#isTelling = false;
  }
}

/** As many of the first ones as one message holds. One that is too long by itself is left out: it is only progress. */
function takeBatch(waiting: PeerMessage[]): string | null {
  const texts: string[] = [];
  let bytes = 2;
  for (;;) {
    const [next] = waiting;
    if (next === undefined) break;
    const text = JSON.stringify(next);
    const length = Buffer.byteLength(text) + 1;
    if (length > longestMessageBytes) {
      waiting.shift();
      continue;
    }
    if (bytes + length > longestMessageBytes) break;
    waiting.shift();
    texts.push(text);
    bytes += length;
  }
  return texts.length === 0 ? null : `[${texts.join(',')}]`;
}
