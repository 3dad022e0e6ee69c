import { setTimeout as delay } from 'node:timers/promises';

/** What is to be done about an error: nothing, or another try, not sooner than the server asked for. */
export type Verdict = 'final' | { retryAfterMilliseconds: number };

export interface RetryOptions {
  /** Tries in all. */
  attempts: number;
  firstBackoffMilliseconds: number;
  /** Also the longest that a server is waited for: who asks for more gets no other try now. */
  longestBackoffMilliseconds: number;
  random(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const defaultRetryOptions: RetryOptions = {
  attempts: 5,
  firstBackoffMilliseconds: 100,
  longestBackoffMilliseconds: 20_000,
  random: Math.random,
  sleep: async (milliseconds, signal) => {
    await delay(milliseconds, undefined, { signal });
  },
};

/**
 * Tries that one store may still repeat. Each costs one; every call that succeeds gives back a tenth. A store that is
 * down would otherwise get the calls of everybody several times over, just when it comes back.
 */
export class RetryBudget {
  readonly #most: number;
  /** In tenths. */
  #left: number;

  constructor(most = 100) {
    this.#most = most * 10;
    this.#left = this.#most;
  }

  spend(): boolean {
    if (this.#left < 10) return false;
    this.#left -= 10;
    return true;
  }

  refund(): void {
    this.#left = Math.min(this.#most, this.#left + 1);
  }
}

/**
 * Runs what is safe to repeat until it succeeds, its error is final, the tries or the budget are used up, or `signal`
 * is aborted. Waits longer each time, by chance between half and all of it, so that those who failed together do not
 * come back together. Rejects with the last error.
 */
export async function retrying<Value>(
  budget: RetryBudget,
  options: RetryOptions,
  judge: (error: unknown) => Verdict,
  run: (attempt: number) => Promise<Value>,
  signal?: AbortSignal,
): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      const value = await run(attempt);
      budget.refund();
      return value;
    } catch (error) {
      const verdict = judge(error);
      if (verdict === 'final' || attempt >= options.attempts || signal?.aborted) throw error;
      if (verdict.retryAfterMilliseconds > options.longestBackoffMilliseconds || !budget.spend()) throw error;
      const backoff = Math.min(
        options.firstBackoffMilliseconds * 2 ** (attempt - 1),
        options.longestBackoffMilliseconds,
      );
      const jittered = backoff * (0.5 + options.random() / 2);
      await options.sleep(Math.max(jittered, verdict.retryAfterMilliseconds), signal);
    }
  }
}

/** `Retry-After` (RFC 9110, 10.2.3) in milliseconds: seconds or a date; 0 when there is none or nonsense. */
export function retryAfterMilliseconds(header: string | null | undefined, now = Date.now()): number {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const at = text === '' ? NaN : Date.parse(text);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}
