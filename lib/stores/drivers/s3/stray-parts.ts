import { leastPartBytes } from './part-plan.ts';

/**
 * Parts behind the point at which an upload goes on: a process sent them and died before anybody learnt of it. S3 can
 * remove no part alone, and radosgw makes no object of an upload with a part that is not named (Amazon passes over it).
 * So each of their numbers is used again, and that needs parts that are no larger than those were.
 */
export class StrayParts {
  readonly #bytes = new Map<number, number>();
  #last = 0;

  add({ number, sizeBytes }: { number: number; sizeBytes: number }): void {
    this.#bytes.set(number, sizeBytes);
    this.#last = Math.max(this.#last, number);
  }

  /** The highest of their numbers; 0 when there is none. */
  get last(): number {
    return this.#last;
  }

  /**
   * Where the part of this number should end: where the stray one did, so that one that comes late has the same bytes.
   * How large one was that never arrived nobody knows, so it becomes as small as a part may be.
   */
  endOf(number: number): number {
    if (number > this.#last) return Infinity;
    return Math.max(leastPartBytes, this.#bytes.get(number) ?? 0);
  }
}
