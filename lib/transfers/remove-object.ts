import type { LocationRow } from '#lib/db/define-schema.ts';
import { isStoreFault, type CallOptions, type GuardedStore } from '#lib/stores/store.ts';

/**
 * Removes what lies in the store for a location, both ways, because after a crash nobody may know yet that the object
 * was published. Safe to repeat. Rejects with the first that went wrong.
 */
export async function removeObject(
  store: GuardedStore,
  { object_key: key, resume_state: resumeState }: LocationRow,
  options: CallOptions = {},
): Promise<void> {
  // First what could still be published, then what was: also where the first fails, as nobody may come a second time.
  const [discarded] = await Promise.allSettled([store.discard(key, resumeState, options)]);
  const [removed] = await Promise.allSettled([store.remove(key, options)]);
  if (discarded.status === 'rejected') throw discarded.reason;
  if (removed.status === 'rejected' && !isStoreFault(removed.reason, 'not-found')) throw removed.reason;
}
