/** A part that is there sooner makes room for more at once; one that takes longer, for fewer and smaller ones. */
const soonMilliseconds = 8_000;
const lateMilliseconds = 20_000;

/**
 * How many parts travel at once. On a slow line four parts of 16 MiB take minutes, and nothing could be appended until
 * one of them is there: the line is shared by fewer then.
 */
export class Pace {
  readonly #most: number;
  #parallel: number;
  #isSlow = false;

  constructor(most: number) {
    this.#most = most;
    this.#parallel = Math.min(2, most);
  }

  get parallel(): number {
    return this.#parallel;
  }

  /** Parts shall be as small as they may. */
  get isSlow(): boolean {
    return this.#isSlow;
  }

  noteSent(milliseconds: number): void {
    if (milliseconds < soonMilliseconds) {
      this.#parallel = Math.min(this.#most, this.#parallel + 1);
      this.#isSlow = false;
    } else if (milliseconds > lateMilliseconds) {
      this.#parallel = Math.max(1, this.#parallel - 1);
      this.#isSlow = true;
    }
  }
}
