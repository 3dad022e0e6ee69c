import { MiB, pieceSizeBytes } from '#lib/contract/limits.ts';
import { Collector } from './collector.ts';
import type { HashPool } from './hash-pool.ts';
import type { HashSession } from './hash-session.ts';
import { type Slot, slotBytes, type SlotPool, type SlotShare } from './slots.ts';
import type { Digests, HashName, Piece } from './types.ts';

const backlogLimitBytes = 96 * MiB;

/** A road without sinks: bytes in order, copied into slots and hashed while the next ones are read. */
export class HashFeed {
  #hashPool: HashPool;
  #share: SlotShare;
  #session: HashSession;
  #collector: Collector;
  #position: number;
  #comparedPieces: number;
  #wake: (() => void) | null = null;

  constructor(
    services: { slots: SlotPool; hashPool: HashPool },
    options: { hashes: readonly HashName[]; position: number; onSpent?(chunk: Uint8Array): void },
  ) {
    this.#collector = new Collector(options.onSpent);
    this.#hashPool = services.hashPool;
    this.#share = services.slots.openShare();
    this.#session = services.hashPool.openSession(options);
    this.#session.onProgress = () => this.#wake?.();
    this.#position = options.position;
    this.#comparedPieces = Math.floor(options.position / pieceSizeBytes);
  }

  get position(): number {
    return this.#position;
  }

  async write(piece: Piece): Promise<void> {
    const length = piece instanceof Uint8Array ? piece.byteLength : piece.zeros;
    if (length === 0) return;
    this.#position += length;
    if (piece instanceof Uint8Array || length < slotBytes) {
      this.#collector.add(piece);
      if (this.#collector.bytes >= slotBytes) await this.#dispatch(slotBytes);
      return;
    }
    await this.#dispatch(1);
    for (let left = length; left > 0;) {
      const count = Math.min(left, 64 * MiB - (this.#session.position % (64 * MiB)));
      this.#session.updateZeros(count);
      left -= count;
      await this.#relief();
    }
  }

  /** Of the whole pieces hashed so far, whether one is not as expected. Compares each of them once. */
  differsFrom(expected: readonly (string | null)[]): boolean {
    for (const { index, blake3 } of this.#session.piecesBetween(
      this.#comparedPieces,
      this.#session.position,
    )) {
      // Hashes come in order; one that was lost is for the end to find out.
      if (index !== this.#comparedPieces) return false;
      if (expected[index] !== blake3) return true;
      this.#comparedPieces += 1;
    }
    return false;
  }

  async digests(): Promise<Digests> {
    await this.#dispatch(1);
    return this.#session.digests();
  }

  async close(): Promise<void> {
    this.#share.close(new Error('The reading has ended.'));
    this.#collector.clear();
    await this.#session.hashedTo(this.#session.position);
    this.#hashPool.suspend(this.#session);
  }

  async #dispatch(atLeast: number): Promise<void> {
    while (this.#collector.bytes >= atLeast) {
      const length = Math.min(this.#collector.bytes, slotBytes);
      if (this.#collector.onlyZeros) {
        this.#collector.take(length);
        this.#session.updateZeros(length);
      } else {
        const slot = this.#share.tryTake() ?? (await this.#share.take());
        fillSlot(slot, this.#collector.take(length));
        this.#collector.copied();
        this.#session.update(slot, length);
        slot.release();
      }
      await this.#relief();
    }
  }

  async #relief(): Promise<void> {
    while (this.#session.backlogBytes > backlogLimitBytes) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = null;
  }
}

/** Copies the pieces one after the other into the slot. */
export function fillSlot(slot: Slot, pieces: readonly Piece[]): void {
  let filled = 0;
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) {
      slot.bytes.set(piece, filled);
      filled += piece.byteLength;
    } else {
      slot.bytes.fill(0, filled, filled + piece.zeros);
      filled += piece.zeros;
    }
  }
}
