import { MiB } from '#lib/contract/limits.ts';
import type { Inspection } from '../formats/inspection.ts';
import type { Inspector } from '../formats/inspector.ts';
import { Collector } from './collector.ts';
import { DurablePoints } from './durable-points.ts';
import { fillSlot } from './hash-feed.ts';
import type { HashPool } from './hash-pool.ts';
import type { HashSession } from './hash-session.ts';
import { inspectPiece, openRoadInspector } from './inspection.ts';
import { LagWatch } from './lag-watch.ts';
import { Pressure } from './pressure.ts';
import { assertSafe, tooFewBytes, tooManyBytes } from './road-errors.ts';
import { Sink } from './sink.ts';
import { type Slot, slotBytes, type SlotPool, type SlotShare } from './slots.ts';
import type { Digests, Piece, Road, RoadOptions, SinkProgress } from './types.ts';
import type { RoadTurn } from './turns.ts';
import { findRuns } from './zeros.ts';

export interface RoadServices {
  slots: SlotPool;
  hashPool: HashPool;
}

const nothingToWaitFor = Promise.resolve();

/**
 * Opens the road from one source to all writers. The road borrows the writers: it closes them, the caller commits or
 * abandons them (before `close`).
 */
const destinationOf = (writers: RoadOptions['writers']) =>
  writers
    .map(({ storeId }) => storeId)
    .sort()
    .join(' ');

export function openRoad(options: RoadOptions, services: RoadServices): Promise<Road> {
  const misplaced = options.writers.find(({ writer }) => writer.position !== options.startOffset);
  if (options.writers.length === 0) return Promise.reject(new Error('A road needs at least one writer.'));
  if (misplaced) {
    return Promise.reject(
      new Error(`The writer of store ${misplaced.storeId} does not stand at ${options.startOffset}.`),
    );
  }
  return Promise.resolve(new OpenRoad(options, services));
}

class OpenRoad implements Road {
  position: number;
  #options: RoadOptions;
  #hashPool: HashPool;
  #share: SlotShare;
  #turn: RoadTurn;
  #session: HashSession;
  #inspector: Inspector | null;
  #collector: Collector;
  #sinks: Sink[];
  #detached: Sink[] = [];
  #leaving: Promise<void>[] = [];
  #points: DurablePoints;
  #lag: LagWatch | null;
  /** Bytes that were given to sinks and hashes; `position` minus these are still collected. */
  #dispatched: number;
  #dispatching: Promise<void> | null = null;
  #spare: Slot | null = null;
  #pressure: Pressure;
  #failure: { error: unknown } | null = null;
  #aborted: () => void;
  #closing: Promise<{ durableBytes: number }> | null = null;

  constructor(options: RoadOptions, services: RoadServices) {
    this.#options = options;
    this.#hashPool = services.hashPool;
    this.position = options.startOffset;
    this.#dispatched = options.startOffset;
    this.#collector = new Collector(options.onSpent);
    this.#share = services.slots.openShare(destinationOf(options.writers));
    this.#turn = services.slots.turns.open();
    this.#inspector = options.inspect
      ? openRoadInspector(options.startOffset, options.inspectorSnapshot)
      : null;
    this.#session = services.hashPool.openSession({
      id: options.hashSession,
      hashes: options.hashes,
      position: options.startOffset,
      sizeBytes: options.sizeBytes,
    });
    this.#pressure = new Pressure(this.#session, () => this.#sinks);
    this.#session.onProgress = () => this.#pressure.settle();
    const signal = options.signal ?? new AbortController().signal;
    this.#sinks = options.writers.map(
      ({ storeId, writer, resumeState }) =>
        new Sink({
          storeId,
          writer,
          durable: { durableBytes: options.startOffset, resumeState: resumeState ?? null },
          signal,
          onChange: (sink) => this.#sinkChanged(sink),
        }),
    );
    this.#lag = options.lag ? new LagWatch(options.lag.afterMilliseconds) : null;
    this.#points = new DurablePoints({
      startOffset: options.startOffset,
      session: this.#session,
      inspector: this.#inspector,
      all: () => this.#sinks,
      counted: () => (options.allMustSucceed ? this.#sinks : this.#living()),
      dispatched: () => this.#dispatched,
      hurry: () => this.#dispatchAll(),
      onDurable: options.onDurable,
      onFailure: (error) => this.#fail(error),
    });
    this.#aborted = () => this.#fail(options.signal?.reason);
    options.signal?.addEventListener('abort', this.#aborted, { once: true });
    if (options.signal?.aborted) this.#aborted();
  }

  write(piece: Piece): Promise<void> {
    const length = piece instanceof Uint8Array ? piece.byteLength : piece.zeros;
    const refusal = this.#refusal(length);
    if (refusal) return Promise.reject(refusal.error);
    if (length === 0) return nothingToWaitFor;
    const turn = this.#turn.wait(length);
    if (turn) return turn.then(() => this.write(piece));
    try {
      this.position += length;
      this.#points.arm();
      if (!(piece instanceof Uint8Array) && length >= slotBytes) return this.#writeHole(length);
      this.#collector.add(piece);
      this.#share.noteCollected(this.#collector.heldBytes);
      if (this.#collector.bytes < this.#due()) return nothingToWaitFor;
      if (!this.#dispatching && this.#dispatch(false) && !this.#pressure.isHigh) return nothingToWaitFor;
    } catch (error) {
      this.#fail(error);
      return Promise.reject(error);
    }
    return this.#dispatchWaiting(false);
  }

  async flush(): Promise<number> {
    this.#throwIfFailed();
    await this.#dispatchAll();
    this.#turn.rest();
    await this.#points.cover();
    this.#throwIfFailed();
    return this.#points.durableBytes;
  }

  inspection(): Inspection | null {
    return this.#inspector?.verdict() ?? null;
  }

  sinks(): SinkProgress[] {
    return [...this.#sinks, ...this.#detached].map((sink) => sink.progress);
  }

  async detach(storeId: string, { isKept = true } = {}): Promise<SinkProgress> {
    const sink = this.#sinks.find((candidate) => candidate.storeId === storeId);
    if (!sink) throw new Error(`The road has no sink ${storeId}.`);
    if (this.#living().every((living) => living === sink)) {
      throw new Error('The last sink of a road cannot be detached.');
    }
    this.#sinks = this.#sinks.filter((other) => other !== sink);
    this.#detached.push(sink);
    const leaving = sink.leave({ isKept });
    this.#leaving.push(leaving);
    this.#pressure.settle();
    await leaving;
    return sink.progress;
  }

  async finish(): Promise<{ digests: Digests; inspection: Inspection | null; sizeBytes: number }> {
    const { sizeBytes } = this.#options;
    if (sizeBytes !== null && this.position < sizeBytes) throw tooFewBytes(this.position, sizeBytes);
    await this.#dispatchAll();
    this.#turn.rest();
    const [digests] = await Promise.all([this.#session.digests(), this.flush()]);
    const inspection = this.#inspector?.finish(this.position) ?? null;
    if (inspection) assertSafe(inspection);
    return { digests, inspection, sizeBytes: this.position };
  }

  close(): Promise<{ durableBytes: number }> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<{ durableBytes: number }> {
    const { signal } = this.#options;
    try {
      if (!this.#failure) await this.flush();
      else if (!signal?.aborted) await this.#points.last();
    } catch (error) {
      this.#fail(error);
    }
    this.#points.stop();
    this.#fail(new Error('The road is closed.'));
    signal?.removeEventListener('abort', this.#aborted);
    await this.#dispatching?.catch(() => undefined);
    this.#spare?.release();
    this.#spare = null;
    this.#collector.clear();
    await Promise.all([...this.#sinks.map((sink) => sink.close()), ...this.#leaving]);
    await this.#session.hashedTo(this.#session.position);
    const { durableBytes } = this.#points;
    this.#hashPool.suspend(this.#session, durableBytes);
    return { durableBytes };
  }

  #living(): Sink[] {
    return this.#sinks.filter((sink) => !sink.failure);
  }

  /** Too many bytes are refused as a whole and do not end the road: what came before stays. */
  #refusal(length: number): { error: unknown } | null {
    const { sizeBytes } = this.#options;
    if (this.#failure || sizeBytes === null || this.position + length <= sizeBytes) return this.#failure;
    return { error: tooManyBytes(sizeBytes) };
  }

  #throwIfFailed(): void {
    if (this.#failure) throw this.#failure.error;
  }

  #fail(error: unknown): void {
    if (this.#failure) return;
    this.#failure = { error };
    this.#share.close(error);
    this.#turn.rest();
    this.#pressure.release();
  }

  #sinkChanged(sink: Sink): void {
    if (sink.failure && this.#sinks.includes(sink)) {
      if (this.#options.allMustSucceed || this.#living().length === 0) this.#fail(sink.failure);
    }
    this.#pressure.settle();
  }

  /** Collected bytes that are worth a slot. Slots end at the MiBs of the object, so pieces begin with one. */
  #due(): number {
    return Math.min(this.#share.collectLimitBytes(), slotBytes - (this.#dispatched % slotBytes));
  }

  #dispatchAll(): Promise<void> {
    return this.#dispatchWaiting(true);
  }

  async #dispatchWaiting(all: boolean): Promise<void> {
    while (this.#dispatching) await this.#dispatching;
    this.#dispatching = this.#dispatchSlowly(all).finally(() => {
      this.#dispatching = null;
    });
    await this.#dispatching;
  }

  async #dispatchSlowly(all: boolean): Promise<void> {
    for (;;) {
      this.#throwIfFailed();
      if (this.#dispatch(all)) break;
      await this.#waiting(
        this.#share.take().then((slot) => {
          this.#spare = slot;
        }),
      );
    }
    while (this.#pressure.isHigh && !this.#failure) await this.#waiting(this.#pressure.relief());
    this.#throwIfFailed();
  }

  async #waiting(wait: Promise<void>): Promise<void> {
    if (!this.#lag) return wait;
    return this.#lag.during(
      wait,
      () => this.#living(),
      (slow) => {
        void this.detach(slow.storeId).then((progress) => this.#options.lag?.onDetached(progress));
      },
    );
  }

  /** Hands over what was collected, `all` of it or in whole slots. False: it needs a slot and has to wait for one. */
  #dispatch(all: boolean): boolean {
    const collector = this.#collector;
    while (collector.bytes > 0 && (all || collector.bytes >= this.#due())) {
      const length = Math.min(collector.bytes, slotBytes - (this.#dispatched % slotBytes));
      if (collector.onlyZeros) {
        collector.take(length);
        this.#inspect({ zeros: length });
        this.#sendZeros(length);
        continue;
      }
      const slot = this.#spare ?? this.#share.tryTake();
      if (!slot) return false;
      this.#spare = null;
      try {
        const pieces = collector.take(length);
        fillSlot(slot, pieces);
        for (const piece of pieces) this.#inspect(piece);
        collector.copied();
        this.#send(slot, length);
      } finally {
        slot.release();
      }
    }
    this.#share.noteCollected(collector.heldBytes);
    return true;
  }

  #send(slot: Slot, length: number): void {
    for (const run of findRuns(slot.bytes.subarray(0, length), this.#dispatched)) {
      const chunk = slot.bytes.subarray(run.start, run.end);
      for (const sink of this.#sinks) {
        if (run.zero) sink.addZeros(chunk.byteLength);
        else sink.addData(slot, chunk);
      }
    }
    this.#session.update(slot, length);
    this.#dispatched += length;
    this.#points.passed();
  }

  #sendZeros(length: number): void {
    for (const sink of this.#sinks) sink.addZeros(length);
    this.#session.updateZeros(length);
    this.#dispatched += length;
    this.#points.passed();
  }

  /** A run of zeros that the source knows of: nobody reads it and it takes no memory. */
  async #writeHole(length: number): Promise<void> {
    await this.#dispatchAll();
    let left = length;
    while (left > 0) {
      this.#throwIfFailed();
      // Up to the end of a piece, so that a durable point falls between pieces here too.
      const count = Math.min(left, 64 * MiB - (this.#dispatched % (64 * MiB)));
      this.#inspect({ zeros: count });
      this.#sendZeros(count);
      left -= count;
      if (this.#pressure.isHigh) await this.#dispatchAll();
    }
  }

  #inspect(piece: Piece): void {
    if (this.#inspector) inspectPiece(this.#inspector, piece);
  }
}
