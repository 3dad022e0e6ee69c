import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { BlockPool } from '#lib/streams/block-pool.ts';

/** Bytes of one part in lent memory, hashed as they come: S3 checks the SHA-256 of what it receives. */
export class Part {
  /** Where it begins in the object. */
  readonly offset: number;
  bytes = 0;
  readonly #pool: BlockPool;
  readonly #blocks: Uint8Array[] = [];
  readonly #hash = createHash('sha256');
  #sha256: string | null = null;

  constructor(offset: number, pool: BlockPool) {
    this.offset = offset;
    this.#pool = pool;
  }

  /** Bytes that still go in without another block. */
  get room(): number {
    return this.#blocks.length * this.#pool.blockBytes - this.bytes;
  }

  addBlock(block: Uint8Array): void {
    this.#blocks.push(block);
  }

  /** Copies as much as there is room for. Returns how much that was. */
  fill(source: Uint8Array): number {
    const block = this.#blocks.at(-1);
    const count = Math.min(source.byteLength, this.room);
    if (block === undefined || count === 0) return 0;
    const start = this.#pool.blockBytes - this.room;
    block.set(count === source.byteLength ? source : source.subarray(0, count), start);
    this.#hash.update(block.subarray(start, start + count));
    this.bytes += count;
    return count;
  }

  /** Of all of it, in hex. Nothing may be added afterwards. */
  sha256(): string {
    this.#sha256 ??= this.#hash.digest('hex');
    return this.#sha256;
  }

  /** The bytes from `from` on, without a copy; each call gives a new stream. */
  stream(): Readable {
    return Readable.from(this.slices(0), { objectMode: false });
  }

  *slices(from: number): Generator<Uint8Array, void, undefined> {
    const { blockBytes } = this.#pool;
    for (let offset = from; offset < this.bytes;) {
      const index = Math.floor(offset / blockBytes);
      const end = Math.min(this.bytes, (index + 1) * blockBytes);
      const block = this.#blocks[index];
      if (block === undefined) throw new Error('A part has fewer blocks than bytes.');
      yield block.subarray(offset - index * blockBytes, end - index * blockBytes);
      offset = end;
    }
  }

  /** Of the bytes from `from` on. */
  crc32(from: number): number {
    let sum = 0;
    for (const slice of this.slices(from)) sum = crc32(slice, sum);
    return sum;
  }

  /** Gives the memory back. Safe to repeat. */
  free(): void {
    for (const block of this.#blocks.splice(0)) this.#pool.give(block);
  }
}
