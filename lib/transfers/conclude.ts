/** The ends of a transfer and what follows from them: each in one transaction. */
import { StowageError } from '#lib/contract/errors.ts';
import type { Transaction } from '#lib/db/database.ts';
import type { ImageRow, LocationRow, TransferRow } from '#lib/db/define-schema.ts';
import { findImage, savePieces, updateImage, type ImageChanges } from '#lib/db/repositories/images.ts';
import { findLocationIn, listLocations, updateLocation } from '#lib/db/repositories/locations.ts';
import {
  findTransfer,
  listOpenTransfersOfImage,
  listTransfersOfGroup,
  updateTransfer,
} from '#lib/db/repositories/transfers.ts';
import { assertMayRemove } from '#lib/domain/locations.ts';
import { isHeld, isOpen } from '#lib/domain/transfer-state.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { recordEvent } from '#lib/services/events/record.ts';
import { systemActor } from '#lib/auth/actor.ts';
import type { HeldTransfer } from './held-transfer.ts';
import { findTargetLocation } from './lease.ts';
import { changeHeld, endTransfer, type Trouble } from './settle.ts';

/** What a verification found out about an image that had no hashes yet. */
export interface FoundHashes {
  md5: string | null;
  sha512: string | null;
  pieces: (string | null)[];
}

/**
 * The copy is proved: the location counts, the transfer is done, a move lets its source go once the whole group is
 * done. One transaction, only while the fence is ours.
 */
export async function concludeProved(
  runtime: Runtime,
  held: HeldTransfer,
  found: FoundHashes | null,
): Promise<void> {
  const { processId } = runtime;
  await changeHeld(runtime, held, async (q, { row, image, location }) => {
    if (row.wish === 'cancel') throw new StowageError('gone', row.error ?? 'It was canceled.');
    const now = runtime.now();
    const changes: ImageChanges = { updated_at: now };
    if (found !== null) Object.assign(changes, await saveHashes(q, image, found));
    const stillFailed = withoutStore(image, row);
    if (stillFailed !== null) changes.failed_import = stillFailed;
    const isAsBefore =
      location === null && !(await confirmVerified(q, image, row, now)) && Object.keys(changes).length === 1;
    // An image has as many indexes as lists have orders: that one of its copies is still good is no change of it.
    const after = isAsBefore ? image : await updateImage(q, image, changes);
    if (location !== null) {
      // Before the move looks at the group: this copy counts from here on.
      await updateLocation(
        q,
        location,
        image.owner_id,
        {
          state: 'active',
          committed: true,
          bytes: row.bytes_total,
          verified_at: now,
          resume_state: null,
          // Kept while the failure of a sibling may still take this copy back.
          transfer_id: row.all_stores_must_succeed ? row.id : null,
          error: null,
          updated_at: now,
        },
        held.fence,
      );
      await tellOfChange(runtime, q, row, after);
    }
    if (row.kind === 'copy') await finishMove(runtime, q, row, after);
    return {
      transfer: {
        state: 'done',
        wish: null,
        error: null,
        remedy: null,
        bytes_sent: row.kind === 'copy' ? row.bytes_total : 0,
        bytes_done: row.kind === 'copy' ? row.bytes_total : 0,
        bytes_verified: row.bytes_total,
        lease_holder: null,
        lease_expires_at: null,
        finished_at: now,
      },
    };
  });
  runtime.log.info(
    { transfer: held.id, image: held.row.image_id, store: held.row.target_store, worker: processId },
    held.row.kind === 'copy' ? 'a copy is proved and counts' : 'a copy was verified',
  );
}

async function saveHashes(
  q: Transaction,
  image: ImageRow,
  found: FoundHashes,
): Promise<Partial<ImageChanges>> {
  await savePieces(
    q,
    image.id,
    found.pieces.flatMap((blake3, index) => (blake3 === null ? [] : [{ index, blake3 }])),
  );
  return { md5: image.md5 ?? found.md5, sha512: image.sha512 ?? found.sha512 };
}

/** A copy that was thought lost or broken and reads back right is whole. False: it was thought so. */
async function confirmVerified(
  q: Transaction,
  image: ImageRow,
  row: TransferRow,
  now: number,
): Promise<boolean> {
  const location = await findLocationIn(q, image.id, row.target_store);
  if (location === null || !['active', 'missing', 'corrupt'].includes(location.state)) {
    throw new StowageError('gone', 'The copy was removed while it was being verified.');
  }
  await updateLocation(q, location, image.owner_id, {
    state: 'active',
    verified_at: now,
    bytes: row.bytes_total,
    error: null,
    updated_at: now,
  });
  return location.state !== 'active';
}

function withoutStore(image: ImageRow, row: TransferRow): string[] | null {
  if (image.failed_import === null || !image.failed_import.includes(row.target_store)) return null;
  return image.failed_import.filter((store) => store !== row.target_store);
}

/** The source of a move goes in the transaction in which the last copy of its group becomes good, never before. */
async function finishMove(
  runtime: Runtime,
  q: Transaction,
  ending: TransferRow,
  image: ImageRow,
): Promise<void> {
  const group = await listTransfersOfGroup(q, ending.group_id);
  const moveFrom = group.find((row) => row.move_from !== null)?.move_from ?? null;
  if (moveFrom === null) return;
  if (group.some((row) => row.id !== ending.id && row.state !== 'done')) return;
  if (await isMovedByOthers(q, ending, moveFrom)) return;
  await removeUnlessLast(runtime, q, image, moveFrom);
}

/** A move that found a copy under way joined that copy's group; the rest of it is in a group of its own. */
async function isMovedByOthers(q: Transaction, ending: TransferRow, moveFrom: string): Promise<boolean> {
  const open = await listOpenTransfersOfImage(q, ending.image_id);
  return open.some((row) => row.id !== ending.id && row.move_from === moveFrom);
}

/** Marks the copy in `storeId` for removal unless it is the last good one. True when it goes. */
export async function removeUnlessLast(
  runtime: Runtime,
  q: Transaction,
  image: ImageRow,
  storeId: string,
): Promise<boolean> {
  const living = (await listLocations(q, [image.id])).filter((location) => location.state !== 'deleting');
  const source = living.find((location) => location.store_id === storeId);
  if (source === undefined) return false;
  try {
    assertMayRemove({
      locations: living,
      storeId,
      isKnownStore: (id) => runtime.stores.list().some((store) => store.id === id),
    });
  } catch (error) {
    runtime.log.warn(
      { err: error, image: image.id, store: storeId },
      'a copy was kept: no other proved one would remain',
    );
    return false;
  }
  await markForRemoval(runtime, q, source, image.owner_id);
  return true;
}

/** From here on the remover owns the object. */
export async function markForRemoval(
  runtime: Runtime,
  q: Transaction,
  location: LocationRow,
  ownerId: string,
): Promise<void> {
  await updateLocation(q, location, ownerId, {
    state: 'deleting',
    next_attempt_at: null,
    attempts: 0,
    updated_at: runtime.now(),
  });
  q.afterCommit(() => runtime.reconciler.kick());
}

/** It will not become good without a person: the copy counts for nothing, and its group may fall with it. */
export async function concludeFailed(runtime: Runtime, held: HeldTransfer, trouble: Trouble): Promise<void> {
  await conclude(runtime, held, 'failed', trouble);
}

export async function concludeCanceled(
  runtime: Runtime,
  held: HeldTransfer,
  error: string | null,
): Promise<void> {
  await conclude(runtime, held, 'canceled', { error });
}

async function conclude(
  runtime: Runtime,
  held: HeldTransfer,
  state: 'failed' | 'canceled',
  trouble: Trouble,
): Promise<void> {
  const ended = await runtime.db.transaction(async (q) => {
    await q.lock(held.row.image_id);
    const row = await findTransfer(q, held.id);
    if (row === null || row.lease_fence !== held.fence || !isHeld(row.state)) return null;
    const after = await endOne(runtime, q, row, state, trouble);
    if (state === 'failed') await afterFailure(runtime, q, row);
    return after;
  });
  if (ended !== null) held.row = ended;
}

/** Ends a transfer that nobody holds or that the caller holds, with what it has written. */
export async function endOne(
  runtime: Runtime,
  q: Transaction,
  row: TransferRow,
  state: 'failed' | 'canceled',
  { error, remedy = null }: Trouble,
): Promise<TransferRow> {
  const image = await findImage(q, row.image_id);
  const ownerId = image?.owner_id ?? row.project_id;
  const location = row.kind === 'copy' ? await findTargetLocation(q, row) : null;
  if (location !== null) {
    if (state === 'canceled') await markForRemoval(runtime, q, location, ownerId);
    else {
      await updateLocation(q, location, ownerId, {
        state: 'failed',
        error,
        updated_at: runtime.now(),
      });
    }
    if (image !== null) await tellOfChange(runtime, q, row, image);
  }
  return await endTransfer(runtime, q, row, { state, error, remedy });
}

async function afterFailure(runtime: Runtime, q: Transaction, row: TransferRow): Promise<void> {
  const image = await findImage(q, row.image_id);
  if (image === null) return;
  if (row.by_import) {
    const failed = new Set(image.failed_import ?? []);
    failed.add(row.target_store);
    await updateImage(q, image, { failed_import: [...failed], updated_at: runtime.now() });
  }
  if (row.all_stores_must_succeed) await undoGroup(runtime, q, row, image);
}

/** One store failed and all had to succeed: what the others of this group have brought goes too. */
async function undoGroup(
  runtime: Runtime,
  q: Transaction,
  failed: TransferRow,
  image: ImageRow,
): Promise<void> {
  for (const row of await listTransfersOfGroup(q, failed.group_id)) {
    if (row.id === failed.id || row.kind !== 'copy') continue;
    const why = `The copy to the store "${failed.target_store}" failed, and all stores had to succeed.`;
    if (isHeld(row.state) && (row.lease_expires_at ?? 0) > (await q.now())) {
      await updateTransfer(q, row.id, { wish: 'cancel', error: why, updated_at: runtime.now() });
      q.afterCommit(() => runtime.worker.interrupt(row.id, 'cancel'));
    } else if (isOpen(row.state)) {
      await endOne(runtime, q, row, 'canceled', { error: why });
    } else if (row.state === 'done') {
      const living = await findLocationIn(q, image.id, row.target_store);
      // What it was copied from may have been removed since.
      if (living?.transfer_id === row.id) await removeUnlessLast(runtime, q, image, row.target_store);
    }
  }
}

async function tellOfChange(
  runtime: Runtime,
  q: Transaction,
  row: TransferRow,
  image: ImageRow,
): Promise<void> {
  const requestId = row.request_id ?? 'req-worker';
  await recordEvent(
    { runtime, actor: systemActor, requestId },
    q,
    { type: 'image', image_id: image.id, change: 'updated' },
    image.visibility === 'public' || image.visibility === 'community' ? null : image.owner_id,
  );
}
