/**
 * This browser signs in anew by itself when a new password ends the session that it has. Who is refused meanwhile has
 * not lost the session for good: it waits here, and asks again.
 */
let renewals = 0;
let running: Promise<void> | null = null;

/** Rejects with what `work` rejects with; those who wait go on either way. */
export async function renewSession<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = work();
  const ended = result.then(
    () => undefined,
    () => undefined,
  );
  running = ended;
  await ended;
  renewals += 1;
  if (running === ended) running = null;
  return result;
}

/** To be taken before a request is sent. */
export function renewalMark(): number {
  return renewals;
}

/** For who was refused: resolves when it is worth asking again; null when no renewal came between. */
export function renewalSince(mark: number): Promise<void> | null {
  return running ?? (renewals === mark ? null : Promise.resolve());
}
