import type { Actor } from '#lib/auth/actor.ts';
import { StowageError } from '#lib/contract/errors.ts';

/** Tabs of one browser; more are most likely a loop. */
const streamsOfOneSession = 20;
/** Somebody makes as many sessions and tokens as they like: all of them together leave room for others. */
const streamsOfOneUser = 100;
const streamLimit = 2_000;

const pin = Symbol.for('stowage.event-streams');
type Pinned = { [pin]?: Map<string, number> };

/** Counts a stream of this caller; throws `too_many_requests`. Returns what gives the place back, once. */
export function takeStreamPlace({ tokenHash, userId }: Pick<Actor, 'tokenHash' | 'userId'>): () => void {
  const pinned = globalThis as Pinned;
  const counts = (pinned[pin] ??= new Map<string, number>());
  const limits = new Map([
    [`session ${tokenHash}`, streamsOfOneSession],
    [`user ${userId}`, streamsOfOneUser],
    ['all', streamLimit],
  ]);
  if ([...limits].some(([of, most]) => (counts.get(of) ?? 0) >= most)) {
    throw new StowageError('too_many_requests', 'Too many event streams are open.', {
      remedy: 'Close some windows of the console.',
      retryAfterSeconds: 30,
    });
  }
  const count = (by: number) => {
    for (const of of limits.keys()) {
      const left = (counts.get(of) ?? 0) + by;
      if (left > 0) counts.set(of, left);
      else counts.delete(of);
    }
  };
  count(1);
  let isGivenBack = false;
  return () => {
    if (isGivenBack) return;
    isGivenBack = true;
    count(-1);
  };
}
