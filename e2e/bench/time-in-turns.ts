import { median, percentile, type Row } from './measure.ts';

/** Something short that is done many times. */
export interface Probe {
  name: string;
  run(): Promise<unknown>;
}

/** Milliseconds of each run, by round. */
export type Times = number[][];

export interface Turns {
  rounds: number;
  runsInRound: number;
  /** For caches and the compiler; not counted. */
  warmUps: number;
}

/** Runs them in turns, so that a slow moment of the machine meets all of them. In the order of the probes. */
export async function timeInTurns(
  probes: readonly Probe[],
  { rounds, runsInRound, warmUps }: Turns,
): Promise<Times[]> {
  for (let i = 0; i < warmUps; i += 1) for (const { run } of probes) await run();
  const times = probes.map(() => [] as Times);
  for (let round = 0; round < rounds; round += 1) {
    for (const each of times) each.push([]);
    for (let i = 0; i < runsInRound; i += 1) {
      for (const [at, { run }] of probes.entries()) {
        const startedAt = performance.now();
        await run();
        times[at]?.[round]?.push(performance.now() - startedAt);
      }
    }
  }
  return times;
}

/** Median over the rounds of a percentile within each. */
export function percentileOf(times: Times, part: number): number {
  return median(times.map((round) => percentile(round, part)));
}

/**
 * `many` against `few`, by their p50: at most so many times, or so many milliseconds more, whichever is more; without a
 * goal where the two do not do the same work.
 */
export function growthRow(
  names: Pick<Row, 'benchmark' | 'candidate'>,
  few: Times,
  many: Times,
  atMost: { times: number; moreMilliseconds?: number } | null,
): Row {
  const [before, after] = [percentileOf(few, 0.5), percentileOf(many, 0.5)];
  const { times, moreMilliseconds = 0 } = atMost ?? { times: 0 };
  return {
    ...names,
    medianSeconds: after / 1000,
    cpuSeconds: NaN,
    runs: many.map((round) => median(round) / 1000),
    ratio: after / before,
    target: atMost === null ? '' : `≤ ${times}${moreMilliseconds === 0 ? '' : ` or +${moreMilliseconds} ms`}`,
    met: atMost === null ? null : after <= Math.max(before * times, before + moreMilliseconds),
    note: `p50 ${figure(before)}, then ${figure(after)}; p99 ${figure(percentileOf(few, 0.99))}, then ${figure(percentileOf(many, 0.99))} ms`,
  };
}

function figure(milliseconds: number): string {
  return milliseconds.toFixed(milliseconds < 10 ? 2 : 1);
}
