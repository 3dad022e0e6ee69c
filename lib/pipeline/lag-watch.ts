import { setTimeout as delay } from 'node:timers/promises';
import { MiB } from '#lib/contract/limits.ts';
import type { Sink } from './sink.ts';

const behindBytes = 2 * MiB;
const tickMilliseconds = 500;
const halfLifeMilliseconds = 10_000;
/** What a tick took longer than this nobody waited: the process was frozen, or too busy to look. */
const longestTickMilliseconds = 2 * tickMilliseconds;

/**
 * Finds the one target that makes all others wait. Only waiting counts: a target may be behind for as long as it
 * likes while there is room. Old waiting is forgotten with a half-life of 10 s.
 */
export class LagWatch {
  #blame = new Map<Sink, number>();
  #limitMilliseconds: number;
  #decayedAt = performance.now();

  constructor(limitMilliseconds: number) {
    this.#limitMilliseconds = limitMilliseconds;
  }

  /** Waits, and meanwhile calls `onSlow` with the sink that has used up everybody's patience. */
  async during(
    wait: Promise<void>,
    sinks: () => readonly Sink[],
    onSlow: (sink: Sink) => void,
  ): Promise<void> {
    let isOver = false;
    const over = wait.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      const since = performance.now();
      await Promise.race([over, delay(tickMilliseconds, undefined, { ref: false })]);
      const waited = Math.min(performance.now() - since, longestTickMilliseconds);
      const slow = this.#waited(waited, sinks());
      if (slow) onSlow(slow);
    }
    return over;
  }

  #waited(milliseconds: number, sinks: readonly Sink[]): Sink | null {
    this.#decay();
    const behind = sinks.filter((sink) => sink.queuedBytes >= behindBytes);
    if (behind.length !== 1 || sinks.length < 2) return null;
    const slow = behind[0];
    if (!slow) return null;
    const blame = (this.#blame.get(slow) ?? 0) + milliseconds;
    this.#blame.set(slow, blame);
    return blame >= this.#limitMilliseconds ? slow : null;
  }

  #decay(): void {
    const now = performance.now();
    const factor = 0.5 ** ((now - this.#decayedAt) / halfLifeMilliseconds);
    this.#decayedAt = now;
    for (const [sink, blame] of this.#blame) this.#blame.set(sink, blame * factor);
  }
}
