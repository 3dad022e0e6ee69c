import { setTimeout as delay } from 'node:timers/promises';
import { isStoreFault } from '../../store.ts';

/** How often something is tried whose outcome could not be learnt. */
const triesAtMost = 5;

export interface Making {
  /** Asks once for the object to be made. */
  run(): Promise<unknown>;
  /** What lies under its name now: what this asked for, or something else. */
  find(): Promise<'ours' | 'other' | null>;
  /** Whether it may be asked for again when nothing lies there. */
  mayRepeat(): Promise<boolean>;
}

/**
 * Makes an object in one request that must not be repeated blindly. An answer that does not come is looked for: what
 * lies there tells whether the request came through. Rejects with the request's error.
 */
export async function makeOnce({ run, find, mayRepeat }: Making, signal?: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await run();
      return;
    } catch (error) {
      signal?.throwIfAborted();
      const found = await find();
      if (found === 'ours') return;
      const isFinal = isStoreFault(error) && error.kind !== 'unavailable';
      if (found !== null || isFinal || attempt >= triesAtMost || !(await mayRepeat())) throw error;
      await delay(200 * attempt * (0.5 + Math.random() / 2), undefined, { signal });
    }
  }
}
