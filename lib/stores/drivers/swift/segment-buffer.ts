import { createHash, type Hash } from 'node:crypto';
import type { BlockPool } from '#lib/streams/block-pool.ts';

/** Bytes of one segment that Swift has not yet, or not yet as a whole, and their MD5. */
export class SegmentBuffer {
  /** Where the segment begins in the image. */
  readonly offset: number;
  filled = 0;
  readonly #pool: BlockPool;
  readonly #blocks: Uint8Array[] = [];
  readonly #md5: Hash = createHash('md5');

  constructor(offset: number, pool: BlockPool) {
    this.offset = offset;
    this.#pool = pool;
  }

  /** How much goes into the last block; 0: another one is needed first. */
  get room(): number {
    return this.#blocks.length * this.#pool.blockBytes - this.filled;
  }

  addBlock(block: Uint8Array): void {
    this.#blocks.push(block);
  }

  /** @param bytes at most `room` of them; copied */
  push(bytes: Uint8Array): void {
    const block = this.#blocks.at(-1);
    if (block === undefined || bytes.byteLength > this.room)
      throw new RangeError('There is no room in the block.');
    const used = this.#pool.blockBytes - this.room;
    block.set(bytes, used);
    this.#md5.update(block.subarray(used, used + bytes.byteLength));
    this.filled += bytes.byteLength;
  }

  /** What is in it, to be sent; valid until `release`. */
  get parts(): Uint8Array[] {
    return this.#blocks
      .map((block, index) => block.subarray(0, Math.max(0, this.filled - index * this.#pool.blockBytes)))
      .filter((part) => part.byteLength > 0);
  }

  /** In hex, of all that is in it now. */
  get etag(): string {
    return this.#md5.copy().digest('hex');
  }

  /** Gives the memory back. Safe to repeat. */
  release(): void {
    for (const block of this.#blocks.splice(0)) this.#pool.give(block);
  }
}
