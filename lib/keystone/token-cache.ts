import { createHash } from 'node:crypto';
import { StowageError } from '../contract/errors.ts';
import type { KeystoneToken } from './token.ts';

/** A token that Keystone does not know is asked about again after this long: it may have been in trouble. */
const unknownMilliseconds = 5_000;
const entryLimit = 10_000;
/** Questions at the same time; each occupies one of Keystone's few processes. */
const runningLimit = 8;
const waitingLimit = 1_000;

type Answer = KeystoneToken | null;

/**
 * What Keystone said of tokens, by their hash: the tokens themselves are not kept. However many requests bear a token
 * that is not known yet, Keystone is asked about it once.
 */
export class TokenCache {
  readonly #entries = new Map<string, { answer: Answer; until: number }>();
  readonly #asking = new Map<string, Promise<Answer>>();
  readonly #waiting: (() => void)[] = [];
  readonly #freshMilliseconds: number;
  readonly #now: () => number;
  #running = 0;
  /** Counts what was forgotten: an answer on its way meanwhile is given and not kept. */
  #generation = 0;

  constructor({ freshSeconds, now }: { freshSeconds: number; now: () => number }) {
    this.#freshMilliseconds = freshSeconds * 1000;
    this.#now = now;
  }

  async get(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const entry = this.#entries.get(key);
    if (entry !== undefined && entry.until > this.#now()) return entry.answer;
    let asking = this.#asking.get(key);
    if (asking === undefined) {
      asking = this.#ask(key, ask).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    return await asking;
  }

  /** Of a token that was revoked here, or that is to be looked at anew. */
  forget(key: string): void {
    this.#generation += 1;
    this.#entries.delete(key);
  }

  async #ask(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const generation = this.#generation;
    // The time counts from the question: Keystone may have looked before it answered.
    const askedAt = this.#now();
    await this.#enter();
    try {
      const answer = await ask();
      if (generation === this.#generation) this.#keep(key, answer, askedAt);
      return answer;
    } finally {
      this.#leave();
    }
  }

  #keep(key: string, answer: Answer, askedAt: number): void {
    if (this.#entries.size >= entryLimit) this.#entries.delete(this.#entries.keys().next().value ?? '');
    const fresh = Math.min(
      this.#freshMilliseconds,
      answer === null ? unknownMilliseconds : this.#freshMilliseconds,
    );
    this.#entries.delete(key);
    this.#entries.set(key, { answer, until: askedAt + fresh });
  }

  async #enter(): Promise<void> {
    if (this.#running < runningLimit) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= waitingLimit) {
      throw new StowageError('identity_unavailable', 'Too many tokens wait to be checked by Keystone.', {
        remedy: 'Try again in a moment.',
        retryAfterSeconds: 5,
      });
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }
}

export function cacheKey(token: string, allowExpired: boolean): string {
  const hash = createHash('sha256').update(token).digest('hex');
  return allowExpired ? `${hash} or expired` : hash;
}
