/** The last bytes of a stream, kept at the cost of one small copy for each chunk. */
export class TailWindow {
  readonly #sizeBytes: number;
  readonly #ring: Uint8Array;
  /** Bytes seen; the next one goes to this place modulo the size. */
  #seen: number;

  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes;
    this.#ring = new Uint8Array(sizeBytes);
    this.#seen = 0;
  }

  write(chunk: Uint8Array): void {
    const kept = chunk.length > this.#sizeBytes ? chunk.subarray(chunk.length - this.#sizeBytes) : chunk;
    this.#seen += chunk.length - kept.length;
    const place = this.#seen % this.#sizeBytes;
    const untilEnd = Math.min(kept.length, this.#sizeBytes - place);
    this.#ring.set(untilEnd === kept.length ? kept : kept.subarray(0, untilEnd), place);
    if (untilEnd < kept.length) this.#ring.set(kept.subarray(untilEnd), 0);
    this.#seen += kept.length;
  }

  writeZeros(length: number): void {
    const kept = Math.min(length, this.#sizeBytes);
    this.#seen += length - kept;
    const place = this.#seen % this.#sizeBytes;
    this.#ring.fill(0, place, Math.min(this.#sizeBytes, place + kept));
    if (place + kept > this.#sizeBytes) this.#ring.fill(0, 0, place + kept - this.#sizeBytes);
    this.#seen += kept;
  }

  /** A copy, in the order of the stream. */
  bytes(): Uint8Array {
    const length = Math.min(this.#seen, this.#sizeBytes);
    const copy = new Uint8Array(length);
    for (let index = 0; index < length; index += 1) {
      copy[index] = this.#ring[(this.#seen - length + index) % this.#sizeBytes] ?? 0;
    }
    return copy;
  }
}
