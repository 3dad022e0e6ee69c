import { durableEveryMilliseconds, pieceSizeBytes } from '#lib/contract/limits.ts';
import type { Inspector } from '../formats/inspector.ts';
import type { HashSession } from './hash-session.ts';
import type { Sink } from './sink.ts';
import type { RoadOptions } from './types.ts';

type DurableProgress = Parameters<NonNullable<RoadOptions['onDurable']>>[0];

export interface DurablePointsOptions {
  startOffset: number;
  session: HashSession;
  inspector: Inspector | null;
  all(): Sink[];
  /** Sinks whose bytes count: all that were opened, or those that still live. */
  counted(): Sink[];
  /** Bytes that were given to sinks and hashes. */
  dispatched(): number;
  /** Hands over what is still collected, because two seconds have passed. */
  hurry(): Promise<void>;
  onDurable: RoadOptions['onDurable'];
  onFailure(error: unknown): void;
}

/**
 * Makes what passes durable every 64 MiB or 2 s, one point after the other, while more bytes come. A point counts when
 * all sinks have flushed, the pieces before it are hashed and `onDurable` has resolved.
 */
export class DurablePoints {
  /** What `onDurable` was last told (or would have been). */
  durableBytes: number;
  #options: DurablePointsOptions;
  #markedAt: number;
  #settledAt: number;
  #nextPiece: number;
  /** What every sink has made durable and nobody knows of, because `onDurable` failed. */
  #untold: DurableProgress | null = null;
  #running: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: DurablePointsOptions) {
    this.#options = options;
    this.durableBytes = options.startOffset;
    this.#markedAt = options.startOffset;
    this.#settledAt = options.startOffset;
    this.#nextPiece = Math.floor(options.startOffset / pieceSizeBytes);
  }

  /** Bytes have come: they shall be durable in two seconds at the latest. */
  arm(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#overdue();
    }, durableEveryMilliseconds);
  }

  /** Bytes were given to the sinks. At the end of a piece a point costs no state of a hash: the hash stands at its start. */
  passed(): void {
    const dispatched = this.#options.dispatched();
    if (Math.floor(dispatched / pieceSizeBytes) > Math.floor(this.#markedAt / pieceSizeBytes)) this.#start();
  }

  /** Resolves when everything dispatched so far is covered by a point, or after a failure. */
  async cover(): Promise<void> {
    const target = this.#options.dispatched();
    while (this.#settledAt < target) {
      this.#start();
      await this.#running;
    }
  }

  /** One more point whatever was covered, for sinks that survive the failure of another; or the one that was not told. */
  async last(): Promise<void> {
    this.stop();
    await this.#running;
    this.#start();
    await this.#running;
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #overdue(): Promise<void> {
    // What fails here has failed the road, which tells so itself.
    await this.#options.hurry().catch((error: unknown) => this.#options.onFailure(error));
    await this.cover();
  }

  #start(): void {
    this.#running ??= this.#make()
      .catch((error: unknown) => this.#options.onFailure(error))
      .finally(() => {
        this.#running = null;
      });
  }

  async #make(): Promise<void> {
    if (this.#untold !== null) return await this.#tell(this.#untold);
    const { session, inspector, onDurable } = this.#options;
    const at = this.#options.dispatched();
    this.#markedAt = at;
    session.remember();
    const snapshotHere = (onDurable && inspector?.snapshot()) ?? null;
    try {
      // One that has failed holds the point back. Of a writer only the last two points are sure (S3 keeps no more), so
      // the others must not run on to a third one.
      const isHeldBack = this.#options.counted().some((sink) => sink.failure !== null);
      if (!isHeldBack) await Promise.all(this.#options.all().map((sink) => sink.flush()));
      const sinks = this.#options.counted();
      if (sinks.length === 0) return;
      const durableBytes = Math.min(...sinks.map((sink) => sink.durable.durableBytes));
      await session.hashedTo(Math.min(at, durableBytes - (durableBytes % pieceSizeBytes)));
      await this.#tell({
        durableBytes,
        sinks: this.#options.all().map((sink) => sink.progress),
        pieces: session.piecesBetween(this.#nextPiece, durableBytes),
        // The state of an inspection belongs to one byte: without bytes before it, it cannot go on.
        inspectorSnapshot: durableBytes === at ? snapshotHere : null,
      });
    } finally {
      this.#settledAt = at;
    }
  }

  /** After a failure the same once more is all that may come: a point behind one that nobody knows of would be too far. */
  async #tell(progress: DurableProgress): Promise<void> {
    this.#untold = progress;
    await this.#options.onDurable?.(progress);
    this.#untold = null;
    this.durableBytes = progress.durableBytes;
    this.#nextPiece = Math.max(this.#nextPiece, Math.floor(progress.durableBytes / pieceSizeBytes));
  }
}
