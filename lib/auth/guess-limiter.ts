/**
 * Makes guessing passwords slow. Attempts for one user wait a little longer after each failure, at most two seconds, so
 * that nobody can lock somebody else out; an address that has failed often is refused for a while.
 */
import { isIP } from 'node:net';
import { StowageError } from '#lib/contract/errors.ts';
import type { Database } from '#lib/db/database.ts';
import { pinnedTo } from './pinned.ts';

interface Failures {
  count: number;
  lastAt: number;
}

const freeForUser = 3;
const longestDelayMilliseconds = 2_000;
const freeForAddress = 20;
const longestRefusalMilliseconds = 60_000;
const forgottenAfterMilliseconds = 15 * 60_000;
const rememberedLimit = 10_000;

export class GuessLimiter {
  readonly #byUser = new Map<string, Failures>();
  readonly #byAddress = new Map<string, Failures>();

  /** Throws `too_many_requests` for an address in refusal; otherwise how long this attempt has to wait. */
  delayMilliseconds(userName: string, address: string | null, now: number): number {
    const ofAddress = address === null ? undefined : this.#current(this.#byAddress, networkOf(address), now);
    if (ofAddress !== undefined && ofAddress.count > freeForAddress) {
      const refusal = Math.min(1_000 * 2 ** (ofAddress.count - freeForAddress), longestRefusalMilliseconds);
      const left = ofAddress.lastAt + refusal - now;
      if (left > 0) {
        throw new StowageError('too_many_requests', 'Too many failed attempts from this address.', {
          remedy: 'Wait a minute and try again.',
          retryAfterSeconds: Math.ceil(left / 1000),
        });
      }
    }
    const count = this.#current(this.#byUser, userName, now)?.count ?? 0;
    return count < freeForUser ? 0 : Math.min(125 * 2 ** (count - freeForUser), longestDelayMilliseconds);
  }

  failed(userName: string, address: string | null, now: number): void {
    this.#count(this.#byUser, userName, now);
    if (address !== null) this.#count(this.#byAddress, networkOf(address), now);
  }

  /** Forgives the user and not the address: who has one account may still be guessing at others. */
  succeeded(userName: string): void {
    this.#byUser.delete(userName);
  }

  #current(failures: Map<string, Failures>, key: string, now: number): Failures | undefined {
    const found = failures.get(key);
    if (found === undefined || now - found.lastAt < forgottenAfterMilliseconds) return found;
    failures.delete(key);
    return undefined;
  }

  #count(failures: Map<string, Failures>, key: string, now: number): void {
    const count = (this.#current(failures, key, now)?.count ?? 0) + 1;
    // Taken out and put back, so that the oldest comes first.
    failures.delete(key);
    failures.set(key, { count, lastAt: now });
    if (failures.size > rememberedLimit) failures.delete(failures.keys().next().value as string);
  }
}

/** Who has one address of IPv6 has the 2^64 of its network. */
function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [before = [], after] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const between = after === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: between }, () => '0'), ...(after ?? [])];
  return groups.slice(0, 4).join(':').toLowerCase();
}

export function guessLimiterOf(db: Database): GuessLimiter {
  return pinnedTo(db, 'guess-limiter', () => new GuessLimiter());
}
