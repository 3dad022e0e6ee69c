/**
 * Tabs of one browser share a session, so one that goes on in another project takes the uploads of the others' from under
 * them. Each that is busy with some holds this lock; browsers have locks on HTTPS and on localhost only.
 */
const lockName = 'stowage-uploading';

/** Says so to the other tabs until the returned function is called. */
export function holdUploading(): () => void {
  const { locks } = navigator as { locks?: LockManager };
  if (locks === undefined) return () => undefined;
  const ending = new AbortController();
  const ended = new Promise<void>((resolve) => ending.signal.addEventListener('abort', () => resolve()));
  void locks.request(lockName, { mode: 'shared' }, () => ended);
  return () => ending.abort();
}

/** Whether any tab of this browser, this one too, is busy with uploads; false where that cannot be known. */
export async function isAnyTabUploading(): Promise<boolean> {
  const { locks } = navigator as { locks?: LockManager };
  const { held = [] } = (await locks?.query()) ?? {};
  return held.some(({ name }) => name === lockName);
}
