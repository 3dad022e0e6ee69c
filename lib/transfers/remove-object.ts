import type { LocationRow } from '#lib/db/define-schema.ts';
import { isStoreFault, type CallOptions, type GuardedStore } from '#lib/stores/store.ts';

/**
 * Removes what lies in the store for a location, both ways, because after a crash nobody may know yet that the object
 * was published. Repeatable. Rejects with what the store said.
 */
export async function removeObject(
  store: GuardedStore,
  { object_key: key, resume_state: resumeState }: LocationRow,
  options: CallOptions = {},
): Promise<void> {
  try {
    // First what could still be published, then what was; also where the first fails, as nobody may come a second time.
    await store.discard(key, resumeState, options);
  } finally {
    await store.remove(key, options).catch((error: unknown) => {
      if (!isStoreFault(error, 'not-found')) throw error;
    });
  }
}
