/** A clock that was set wrong is set right again within this time; nothing is given up for it until then. */
const settlingMilliseconds = 3600_000;
const sampleMilliseconds = 60_000;

/**
 * The time of day as this process knew it an hour ago. Expiry goes by it, and not by the moment: a machine that starts
 * with a wrong clock, or whose clock jumps by a week, would throw away every unfinished upload at once.
 */
export class SettledClock {
  #samples: { time: number; elapsed: number }[] = [];
  readonly #elapsed: () => number;

  /** @param elapsed milliseconds of a clock that nobody sets */
  constructor(elapsed = () => performance.now()) {
    this.#elapsed = elapsed;
  }

  /** @param time milliseconds since 1970, as they are now. Returns those of an hour ago; 0 in the first hour. */
  settle(time: number): number {
    const elapsed = this.#elapsed();
    const last = this.#samples.at(-1);
    if (last === undefined || elapsed - last.elapsed >= sampleMilliseconds) {
      this.#samples.push({ time, elapsed });
    }
    const isSettled = (sample?: { elapsed: number }) =>
      sample !== undefined && elapsed - sample.elapsed >= settlingMilliseconds;
    while (isSettled(this.#samples[1])) this.#samples.shift();
    const [settled] = this.#samples;
    return settled !== undefined && isSettled(settled) ? Math.min(settled.time, time) : 0;
  }
}
