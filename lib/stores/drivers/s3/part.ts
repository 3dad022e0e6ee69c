import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { BlockPool } from '#lib/streams/block-pool.ts';

/**
 * Bytes of one part in lent memory. Where no TLS guards them they are hashed as they come, and S3 checks the MD5 of what
 * it receives; a signature over their SHA-256 would cost two or three times as much.
 */
export class Part {
  /** Where it begins in the object. */
  readonly offset: number;
  bytes = 0;
  readonly #pool: BlockPool;
  readonly #blocks: Uint8Array[] = [];
  readonly #hash: Hash | null;
  #md5: string | null = null;

  constructor(offset: number, pool: BlockPool, isHashed: boolean) {
    this.offset = offset;
    this.#pool = pool;
    this.#hash = isHashed ? createHash('md5') : null;
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
    this.#hash?.update(block.subarray(start, start + count));
    this.bytes += count;
    return count;
  }

  /** Of all of it, as `Content-MD5` has it; null where it is not hashed. Nothing may be added afterwards. */
  md5(): string | null {
    return (this.#md5 ??= this.#hash?.digest('base64') ?? null);
  }

  /** All bytes, without a copy; each call gives a new stream. */
  stream(): Readable {
    const stream = Readable.from(this.slices(0), { objectMode: false });
    // Read on after the part was freed, by a request that was answered before its end: nobody wants that any more.
    stream.on('error', () => undefined);
    return stream;
  }

  /** The bytes from `from` on. */

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
