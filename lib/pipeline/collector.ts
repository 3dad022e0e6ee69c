import { isZero } from '#lib/streams/zeros.ts';
import type { Piece } from './types.ts';

/** Chunks as they were received, not yet copied anywhere, so that a slow client costs only what it has sent. */
export class Collector {
  #pieces: Piece[] = [];
  #firstOffset = 0;
  #dataPieces = 0;
  #spent: Uint8Array[] = [];
  #onSpent: ((chunk: Uint8Array) => void) | undefined;
  /** All bytes that wait here, zeros included. */
  bytes = 0;
  /** What of it takes memory. */
  heldBytes = 0;

  /** @param onSpent gets every chunk once, when nobody will look at it any more */
  constructor(onSpent?: (chunk: Uint8Array) => void) {
    this.#onSpent = onSpent;
  }

  add(piece: Piece): void {
    const isEmpty = piece instanceof Uint8Array && isZero(piece);
    const kept = isEmpty ? { zeros: piece.byteLength } : piece;
    if (isEmpty) this.#onSpent?.(piece);
    if (kept instanceof Uint8Array) {
      this.bytes += kept.byteLength;
      this.heldBytes += kept.byteLength;
      this.#dataPieces += 1;
    } else this.bytes += kept.zeros;
    this.#pieces.push(kept);
  }

  get onlyZeros(): boolean {
    return this.#dataPieces === 0;
  }

  /** The next `length` bytes in their pieces, removed from here. Whole chunks leave; a chunk that is cut stays until its end. */
  take(length: number): Piece[] {
    const taken: Piece[] = [];
    let missing = length;
    let used = 0;
    while (missing > 0) {
      const piece = this.#pieces[used];
      if (!piece) throw new Error('More bytes were taken than collected.');
      const isData = piece instanceof Uint8Array;
      const left = (isData ? piece.byteLength : piece.zeros) - this.#firstOffset;
      const count = Math.min(left, missing);
      taken.push(isData ? piece.subarray(this.#firstOffset, this.#firstOffset + count) : { zeros: count });
      if (isData) this.heldBytes -= count;
      missing -= count;
      if (count < left) {
        this.#firstOffset += count;
        continue;
      }
      this.#firstOffset = 0;
      if (isData) {
        this.#dataPieces -= 1;
        if (this.#onSpent) this.#spent.push(piece);
      }
      used += 1;
    }
    this.#pieces.splice(0, used);
    this.bytes -= length;
    return taken;
  }

  /** What was taken has been copied. */
  copied(): void {
    if (this.#spent.length === 0) return;
    for (const chunk of this.#spent.splice(0)) this.#onSpent?.(chunk);
  }

  clear(): void {
    this.copied();
    for (const piece of this.#pieces) if (piece instanceof Uint8Array) this.#onSpent?.(piece);
    this.#pieces = [];
    this.#firstOffset = 0;
    this.#dataPieces = 0;
    this.bytes = 0;
    this.heldBytes = 0;
  }
}
