/** How fast it goes, over a window that forgets; and how long it takes, once enough was measured to say so. */
export interface Speedometer {
  /** `bytes` done in all at `now` (milliseconds). Fewer than before: a new start, measured afresh. */
  add(bytes: number, now: number): void;
  /** Bytes a second over the window; null before a second was measured. */
  rate(now: number): number | null;
  /** Seconds for `remainingBytes`; null before ten seconds of measuring and while nothing moves. */
  etaSeconds(remainingBytes: number, now: number): number | null;
  reset(): void;
}

const windowMilliseconds = 8_000;
const leastForRateMilliseconds = 1_000;
const leastForEtaMilliseconds = 10_000;
const sampleEveryMilliseconds = 250;

export function createSpeedometer(): Speedometer {
  let samples: { bytes: number; at: number }[] = [];
  let startedAt: number | null = null;

  const reset = () => {
    samples = [];
    startedAt = null;
  };
  const rate = (now: number): number | null => {
    while (samples.length > 2 && (samples[1]?.at ?? now) <= now - windowMilliseconds) samples.shift();
    const first = samples[0];
    const last = samples.at(-1);
    if (!first || !last || now - first.at < leastForRateMilliseconds) return null;
    // Measured up to now and not to the last sample: a line that has stopped slows down on the screen.
    return ((last.bytes - first.bytes) / (now - first.at)) * 1000;
  };

  return {
    add(bytes, now) {
      const last = samples.at(-1);
      if (last && bytes < last.bytes) reset();
      startedAt ??= now;
      const before = samples.at(-2);
      if (before && last && last.at - before.at < sampleEveryMilliseconds) samples.pop();
      samples.push({ bytes, at: now });
    },
    rate,
    etaSeconds(remainingBytes, now) {
      if (startedAt === null || now - startedAt < leastForEtaMilliseconds) return null;
      const current = rate(now);
      return current === null || current <= 0 ? null : remainingBytes / current;
    },
    reset,
  };
}
