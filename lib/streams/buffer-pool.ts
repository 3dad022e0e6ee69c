import { KiB } from '#lib/contract/limits.ts';
import { freeChunk } from './young-memory.ts';

/** Buffers given back in one period. */
const periodGiven = 256;

/**
 * Memory for chunks that is used again. Fresh memory for each chunk costs more than reading it from the page cache
 * does (the kernel clears every page), so whoever reads much and knows when a chunk has been dealt with lends from here.
 */
export class BufferPool {
  readonly #sizeBytes: number;
  readonly #keptCount: number;
  readonly #free: ArrayBuffer[] = [];
  /** Weak: a chunk that never comes back (the reader left early) is collected like any other. */
  readonly #lent = new WeakSet<ArrayBufferLike>();
  #lentCount = 0;
  /** At once, in this period and the one before: what is let go between two bursts is fresh memory for the next one. */
  #mostLent: [number, number] = [0, 0];
  #given = 0;
  #isClosed = false;

  /** @param keptCount buffers that are kept while nobody needs them; more where more were lent at once a while ago */
  constructor({ sizeBytes = 512 * KiB, keptCount = 16 }: { sizeBytes?: number; keptCount?: number } = {}) {
    this.#sizeBytes = sizeBytes;
    this.#keptCount = keptCount;
  }

  /** Never waits: where nothing is free, or more is wanted than a buffer holds, the memory is new. */
  take = (length: number): Uint8Array => {
    if (length > this.#sizeBytes) return Buffer.allocUnsafeSlow(length);
    const memory = this.#free.pop() ?? new ArrayBuffer(this.#sizeBytes);
    this.#lent.add(memory);
    this.#lentCount += 1;
    this.#mostLent[0] = Math.max(this.#mostLent[0], this.#lentCount);
    return new Uint8Array(memory, 0, length);
  };

  /** Gives back what `take` gave, or any part of it, once. Other memory is let go. Nobody may look at it any more. */
  give(chunk: Uint8Array): void {
    if (!this.#lent.delete(chunk.buffer)) return;
    const isSurplus = this.#free.length + this.#lentCount > Math.max(...this.#mostLent);
    this.#lentCount -= 1;
    if (this.#isClosed) return freeChunk(new Uint8Array(chunk.buffer));
    this.#given += 1;
    if (this.#given % periodGiven === 0) this.#mostLent = [this.#lentCount, this.#mostLent[0]];
    if (isSurplus && this.#free.length >= this.#keptCount) return;
    this.#free.push(chunk.buffer as ArrayBuffer);
  }

  /** Frees at once what is kept, and what is still lent when it comes back: all of it is too old for a quick collection. */
  close(): void {
    this.#isClosed = true;
    for (const memory of this.#free.splice(0)) freeChunk(new Uint8Array(memory));
  }
}
