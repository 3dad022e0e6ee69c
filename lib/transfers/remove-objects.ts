import type { Queries } from '#lib/db/database.ts';
import type { LocationRow } from '#lib/db/define-schema.ts';
import { findImage } from '#lib/db/repositories/images.ts';
import {
  deleteLocationRow,
  findLocation,
  listDeleting,
  updateLocation,
} from '#lib/db/repositories/locations.ts';
import { findTransfer, updateTransfer } from '#lib/db/repositories/transfers.ts';
import { findUpload } from '#lib/db/repositories/uploads.ts';
import { isHeld } from '#lib/domain/transfer-state.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { recordEvent } from '#lib/services/events/record.ts';
import type { GuardedStore } from '#lib/stores/store.ts';
import { systemActor } from '#lib/auth/actor.ts';
import { retryDelayMilliseconds } from './limits.ts';
import { removeObject } from './remove-object.ts';

const batchSize = 100;
/** At once in one round: a removal of a large file can take a second. */
const removalsAtOnce = 4;
/** Whoever writes has been told to stop. */
const writerPatienceMilliseconds = 300;

/**
 * Removes the objects of rows that are `deleting`, then the rows. What does not succeed is tried again for ever, ever
 * more rarely. Safe to repeat and to do twice at once: what is gone already is fine.
 */
export async function removeObjects(
  runtime: Runtime,
  signal: AbortSignal,
): Promise<{ removed: number; postponed: number }> {
  const result = { removed: 0, postponed: 0 };
  for (;;) {
    const due = await listDeleting(runtime.db.read, runtime.now(), batchSize);
    const waiting = [...due];
    const work = async (): Promise<void> => {
      for (let location = waiting.shift(); location !== undefined; location = waiting.shift()) {
        if (signal.aborted) return;
        const isGone = await removeOne(runtime, location, signal);
        if (isGone) result.removed += 1;
        else result.postponed += 1;
      }
    };
    await Promise.all(Array.from({ length: removalsAtOnce }, work));
    if (due.length < batchSize || signal.aborted) return result;
  }
}

async function removeOne(runtime: Runtime, location: LocationRow, signal: AbortSignal): Promise<boolean> {
  try {
    if (await isBeingWritten(runtime, location)) {
      await postpone(runtime, location, writerPatienceMilliseconds, {});
      return false;
    }
    const store = runtime.stores.writable(location.store_id);
    await removeObject(store, location, { signal });
    const wait = await untilNothingFollows(runtime, store, location);
    if (wait > 0) {
      await postpone(runtime, location, wait, {});
      return false;
    }
  } catch (error) {
    if (signal.aborted) return false;
    runtime.log.warn(
      { err: error, store: location.store_id, key: location.object_key },
      'an object could not be removed yet',
    );
    const message = error instanceof Error ? error.message : 'It could not be removed.';
    const attempts = location.attempts + 1;
    await postpone(runtime, location, retryDelayMilliseconds(attempts), { attempts, error: message });
    return false;
  }
  await forget(runtime, location);
  return true;
}

/**
 * Milliseconds until no copy can come about any more that the store was asked to make by itself. Until then the row
 * stays, so that somebody names it. 0: nothing can follow.
 */
async function untilNothingFollows(
  runtime: Runtime,
  store: GuardedStore,
  { committed, transfer_id: id }: LocationRow,
): Promise<number> {
  const { lateCopyMilliseconds = 0 } = store;
  if (committed || id === null || lateCopyMilliseconds === 0) return 0;
  const transfer = await findTransfer(runtime.db.read, id);
  if (transfer?.method !== 'clone') return 0;
  return Math.max(0, transfer.updated_at + lateCopyMilliseconds - runtime.now());
}

/** Somebody has a writer open on this object: here, or in another process whose lease is alive. */
async function isBeingWritten(runtime: Runtime, location: LocationRow): Promise<boolean> {
  if (runtime.worker.isWriting(location.id)) {
    if (location.transfer_id !== null) runtime.worker.interrupt(location.transfer_id, 'cancel');
    return true;
  }
  if (location.transfer_id !== null && !location.committed) {
    return await wishAway(runtime, location.transfer_id, location.image_id);
  }
  if (location.upload_id !== null) {
    // Told to stop, and perhaps just about to open its object: what it opens after the removal nobody would name.
    if (runtime.uploads.progressOf(location.upload_id) !== null) return true;
    const upload = await findUpload(runtime.db.read, location.upload_id);
    return (
      upload !== null &&
      upload.lease_holder !== null &&
      (upload.lease_expires_at ?? 0) > (await runtime.db.read.now())
    );
  }
  return false;
}

/** True while a worker's lease on the transfer is alive: it is told to let go. */
async function wishAway(runtime: Runtime, transferId: string, imageId: string): Promise<boolean> {
  const isWriting = async (q: Queries) => {
    const transfer = await findTransfer(q, transferId);
    return transfer !== null && isHeld(transfer.state) && (transfer.lease_expires_at ?? 0) > (await q.now());
  };
  if (!(await isWriting(runtime.db.read))) return false;
  return await runtime.db.transaction(async (q) => {
    await q.lock(imageId);
    if (!(await isWriting(q))) return false;
    return await updateTransfer(q, transferId, { wish: 'cancel', updated_at: runtime.now() });
  });
}

async function postpone(
  runtime: Runtime,
  location: LocationRow,
  delayMilliseconds: number,
  failure: { attempts?: number; error?: string },
): Promise<void> {
  await runtime.db.transaction(async (q) => {
    await updateLocation(q, location, '', {
      ...failure,
      next_attempt_at: runtime.now() + delayMilliseconds,
      updated_at: runtime.now(),
    });
  });
}

async function forget(runtime: Runtime, location: LocationRow): Promise<void> {
  await runtime.db.transaction(async (q) => {
    await q.lock(location.image_id);
    const current = await findLocation(q, location.id);
    if (current === null || current.state !== 'deleting') return;
    const image = await findImage(q, location.image_id);
    await deleteLocationRow(q, current, image?.owner_id ?? '');
    if (image === null) return;
    await recordEvent(
      { runtime, actor: systemActor, requestId: 'req-reconciler' },
      q,
      { type: 'image', image_id: image.id, change: 'updated' },
      image.visibility === 'public' ? null : image.owner_id,
    );
  });
}
