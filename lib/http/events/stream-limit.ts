import { StowageError } from '#lib/contract/errors.ts';

/** Tabs of one browser; more are most likely a loop. */
const streamsOfOneSession = 20;
const streamLimit = 2_000;

const pin = Symbol.for('stowage.event-streams');
type Pinned = { [pin]?: Map<string, number> };

/** Counts a stream of this session; throws `too_many_requests`. Returns what gives the place back, once. */
export function takeStreamPlace(session: string): () => void {
  const pinned = globalThis as Pinned;
  const counts = (pinned[pin] ??= new Map());
  const own = counts.get(session) ?? 0;
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (own >= streamsOfOneSession || all >= streamLimit) {
    throw new StowageError('too_many_requests', 'Too many event streams are open.', {
      remedy: 'Close some windows of the console.',
      retryAfterSeconds: 30,
    });
  }
  counts.set(session, own + 1);
  let isGivenBack = false;
  return () => {
    if (isGivenBack) return;
    isGivenBack = true;
    const left = (counts.get(session) ?? 1) - 1;
    if (left > 0) counts.set(session, left);
    else counts.delete(session);
  };
}
