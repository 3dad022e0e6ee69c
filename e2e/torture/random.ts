/** The same seed gives the same choices, sizes and bytes; when they meet the server is up to the machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** [0, 1), by mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  pick<Value>(values: readonly Value[]): Value | undefined {
    return values[Math.floor(this.next() * values.length)];
  }

  /** Cheap to make, and no two blocks of it are alike; runs of zeros become holes. */
  bytes(length: number): Buffer<ArrayBuffer> {
    const buffer = Buffer.alloc(length);
    const words = new Uint32Array(buffer.buffer, buffer.byteOffset, length >>> 2);
    let state = Math.floor(this.next() * 4294967296) | 1;
    for (let i = 0; i < words.length; i += 1) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[i] = state;
    }
    if (length > 3 << 20 && this.next() < 0.3) buffer.fill(0, 1 << 20, 2 << 20);
    return buffer;
  }
}
