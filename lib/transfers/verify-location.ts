import { StowageError } from '#lib/contract/errors.ts';
import { findLocationIn } from '#lib/db/repositories/locations.ts';
import { isStoreFault } from '#lib/stores/store.ts';
import { concludeFailed, concludeProved } from './conclude.ts';
import type { HeldTransfer } from './held-transfer.ts';
import { markBroken, type Job } from './job.ts';
import { corruptSentence, readBack } from './read-back.ts';

/** Reads one copy back: it is proved, or marked as corrupt or missing. Throws what passes, to be tried again. */
export async function verifyLocation(job: Job, held: HeldTransfer): Promise<void> {
  const { runtime, image } = job;
  const location = await findLocationIn(runtime.db.read, image.id, held.row.target_store);
  if (location === null || !['active', 'missing', 'corrupt'].includes(location.state)) {
    throw new StowageError('gone', 'The copy was removed before it was verified.');
  }
  const store = runtime.stores.readable(location.store_id);
  try {
    const result = await readBack(job, held, store, location.object_key);
    if (result.ok) {
      held.signal.throwIfAborted();
      await concludeProved(runtime, held, result.found);
    } else {
      await fail('corrupt', corruptSentence(result.firstBadOffset));
    }
  } catch (error) {
    if (isStoreFault(error, 'not-found')) await fail('missing', 'The object is not in the store any more.');
    else if (isStoreFault(error, 'short-read'))
      await fail('missing', 'The object is shorter than the image.');
    else throw error;
  }
  held.noteSettled();

  async function fail(state: 'corrupt' | 'missing', sentence: string): Promise<void> {
    if (location === null) return;
    await markBroken(runtime, image, location.id, state, sentence);
    await concludeFailed(runtime, held, {
      error: sentence,
      remedy: 'Repair it: copy the image to this store again from a good copy.',
    });
  }
}
