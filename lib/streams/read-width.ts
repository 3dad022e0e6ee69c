/** A store that gives so much over one connection keeps a core busy: more connections would not make it faster. */
const fastBytesPerSecond = 300_000_000;
/** One more request at once is worth its memory if it brings so much. */
const leastGain = 1.15;
const longestSteps = 8;

/**
 * How many requests of one read run at once, and how long they are. A single long one costs least, and is all that a
 * store next door needs; from far away each connection is slow. So it begins with one, and one more is added as long as
 * the store is what is waited for and each makes it faster.
 */
export class ReadWidth {
  readonly #most: number;
  #requests = 1;
  #steps = 1;
  #isSettled = false;
  /** Before the last request was added. */
  #rateBefore: number | null = null;
  #bytes = 0;
  #waitedMilliseconds = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get requests(): number {
    return this.#requests;
  }

  /** The length of the next request, in steps. */
  get steps(): number {
    return this.#requests === 1 ? this.#steps : 1;
  }

  /** So many bytes were taken, for which the reader had to wait so long. */
  noteTaken(bytes: number, waitedMilliseconds: number): void {
    this.#bytes += bytes;
    this.#waitedMilliseconds += waitedMilliseconds;
  }

  /** A request has ended: what was noted since the last look tells whether to change. */
  noteEnd(stepBytes: number): void {
    if (this.#bytes < stepBytes * this.#requests) return;
    const rate = (this.#bytes * 1000) / Math.max(this.#waitedMilliseconds, 0.01);
    this.#bytes = 0;
    this.#waitedMilliseconds = 0;
    if (this.#rateBefore !== null && rate < this.#rateBefore * leastGain) {
      this.#requests -= 1;
      this.#isSettled = true;
    }
    this.#rateBefore = null;
    if (rate >= fastBytesPerSecond || this.#isSettled) {
      this.#steps = Math.min(longestSteps, this.#steps * 2);
    } else if (this.#requests < this.#most) {
      this.#rateBefore = rate;
      this.#requests += 1;
    }
  }
}
