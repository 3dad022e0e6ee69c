/** What goes wrong with processes, at random moments, until told to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '#e2e/torture/random.ts';
import type { Process } from './process.ts';

export interface Unrest {
  kills: number;
  /** No more of it; every process runs again when it resolves. */
  end(): Promise<void>;
}

/** Kills each of these with -9, again and again, and starts it at once. */
export function killAtRandom(
  processes: readonly Process[],
  random: Random,
  { least, most }: { least: number; most: number },
): Unrest {
  const over = new AbortController();
  const unrest: Unrest = {
    kills: 0,
    async end() {
      over.abort();
      await all;
    },
  };
  const all = Promise.all(
    processes.map(async (process) => {
      for (;;) {
        await sleep(random.between(least, most), undefined, { signal: over.signal }).catch(() => undefined);
        if (over.signal.aborted) return;
        await process.kill();
        unrest.kills += 1;
        await process.startUntilItRuns();
      }
    }),
  );
  // Whoever waits for the end hears of a failure too.
  all.catch(() => undefined);
  return unrest;
}
