import type { Database, Transaction } from '#lib/db/database.ts';
import type { TokenHolder } from '#lib/db/repositories/identity.ts';
import { pinnedTo } from './pinned.ts';

/** Another process that revokes a token is heard this much later; in this one it takes effect at once. */
const freshMilliseconds = 3_000;
const entryLimit = 10_000;

/** Bearers by hash of their token, for a few seconds: a busy client asks the database once and not for each request. */
class CallerCache {
  readonly #entries = new Map<string, { holder: TokenHolder; until: number }>();
  #generation = 0;

  /** Counts revocations: what was read before one must not be kept after it. */
  get generation(): number {
    return this.#generation;
  }

  get(hash: string, now: number): TokenHolder | null {
    const entry = this.#entries.get(hash);
    if (entry === undefined || entry.until <= now || entry.holder.token.expires_at <= now) return null;
    return entry.holder;
  }

  /** `generation`: as it was when the reading began. */
  set(hash: string, holder: TokenHolder, now: number, generation: number): void {
    if (generation !== this.#generation) return;
    if (this.#entries.size >= entryLimit) this.#entries.clear();
    this.#entries.set(hash, { holder, until: now + freshMilliseconds });
  }

  clear(): void {
    this.#generation += 1;
    this.#entries.clear();
  }
}

export function callerCacheOf(db: Database): CallerCache {
  return pinnedTo(db, 'callers', () => new CallerCache());
}

/** To be called in every transaction that takes something away from a bearer. */
export function forgetCallers(db: Database, transaction: Transaction): void {
  transaction.afterCommit(() => callerCacheOf(db).clear());
}
