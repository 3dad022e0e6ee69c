/** Groups that one worker runs at once: each is one read of a source. */
export const groupLimit = 6;
/** Transfers at once into (or verifying in) one store, over all workers. */
export const perStoreLimit = 4;
/** The worker looks for work, wishes and dead leases at least this often. */
export const pollMilliseconds = 500;
/** Where jobs are handed out, a look by oneself is only for what went amiss there. */
export const ownLookMilliseconds = 5_000;
export const publishMilliseconds = 250;

/** Attempts in a row without any progress before a transfer waits for a person. */
export const attemptLimit = 10;
const longestPauseMilliseconds = 5 * 60_000;

/** 1 s, 2 s, 4 s … 5 min, each up to a quarter longer, so that many that failed together do not come back together. */
export function retryDelayMilliseconds(attempts: number, random: () => number = Math.random): number {
  const base = Math.min(longestPauseMilliseconds, 1_000 * 2 ** Math.max(0, attempts - 1));
  return Math.round(base * (1 + random() / 4));
}
