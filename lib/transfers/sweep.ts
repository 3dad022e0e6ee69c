/** Rows that say that somebody is at work, while nobody is. */
import type { LocationRow } from '#lib/db/define-schema.ts';
import type { LocationState } from '#lib/contract/common.ts';
import { findImage } from '#lib/db/repositories/images.ts';
import { findLocation, listStale, updateLocation } from '#lib/db/repositories/locations.ts';
import {
  findTransfer,
  listHeld,
  listOrphanedTransfers,
  updateTransfer,
} from '#lib/db/repositories/transfers.ts';
import { findUpload } from '#lib/db/repositories/uploads.ts';
import type { Queries } from '#lib/db/database.ts';
import { isHeld, isOpen } from '#lib/domain/transfer-state.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { endOne, markForRemoval } from './conclude.ts';
import { recordTransfer } from './tell.ts';

/** A transaction that ends a writer and its rows together is never older than this. */
const graceMilliseconds = 10_000;
/** Bytes of a failed copy are kept so long for another try. */
const keepFailedMilliseconds = 24 * 3600 * 1000;
const batchSize = 200;

/** Leases that ran out, and transfers of images that are gone. */
export async function sweepTransfers(runtime: Runtime): Promise<{ requeued: number; canceled: number }> {
  const result = { requeued: 0, canceled: 0 };
  const now = await runtime.db.read.now();
  const dead = (await listHeld(runtime.db.read)).filter((row) => (row.lease_expires_at ?? 0) < now);
  for (const seen of dead) {
    const isRequeued = await runtime.db.transaction(async (q) => {
      await q.lock(seen.image_id);
      const row = await findTransfer(q, seen.id);
      // Its holder may have extended the lease, or come to an end, in the meantime.
      if (row === null || !isHeld(row.state) || (row.lease_expires_at ?? 0) >= (await q.now())) return false;
      const changes = {
        state: 'queued' as const,
        lease_holder: null,
        lease_expires_at: null,
        lease_fence: row.lease_fence + 1,
        updated_at: runtime.now(),
      };
      if (!(await updateTransfer(q, row.id, changes, row.lease_fence))) return false;
      await recordTransfer(runtime, q, { ...row, ...changes }, 'system');
      return true;
    });
    if (isRequeued) result.requeued += 1;
  }
  for (const { id, image_id } of await listOrphanedTransfers(runtime.db.read, batchSize)) {
    const isCanceled = await runtime.db.transaction(async (q) => {
      await q.lock(image_id);
      const row = await findTransfer(q, id);
      if (row === null || !isOpen(row.state)) return false;
      await endOne(runtime, q, row, 'canceled', { error: 'The image was deleted.' });
      return true;
    });
    if (isCanceled) result.canceled += 1;
    runtime.worker.interrupt(id, 'cancel');
  }
  if (dead.length > 0) runtime.worker.kick();
  return result;
}

/** Locations whose upload or transfer is gone or over: their objects are to be removed. */
export async function sweepLocations(runtime: Runtime): Promise<number> {
  const now = runtime.now();
  const stale = [
    ...(await listAllStale(runtime, ['writing', 'verifying'], now - graceMilliseconds)),
    ...(await listAllStale(runtime, ['failed'], now - keepFailedMilliseconds)),
  ];
  let abandoned = 0;
  for (const seen of stale) {
    // Looked at before, so that the many that stay cost no transaction.
    const isKept = (await fateOf(runtime.db.read, seen)) === 'keep';
    if (isKept && (await findImage(runtime.db.read, seen.image_id)) !== null) continue;
    const isAbandoned = await runtime.db.transaction(async (q) => {
      await q.lock(seen.image_id);
      const location = await findLocation(q, seen.id);
      if (location === null || !['writing', 'verifying', 'failed'].includes(location.state)) return false;
      const image = await findImage(q, location.image_id);
      const fate = image === null ? 'remove' : await fateOf(q, location);
      if (fate === 'keep') return false;
      if (fate === 'fail') {
        await updateLocation(q, location, image?.owner_id ?? '', { state: 'failed', updated_at: now });
        return false;
      }
      await markForRemoval(runtime, q, location, image?.owner_id ?? '');
      return true;
    });
    if (isAbandoned) abandoned += 1;
  }
  return abandoned;
}

/** All of them: most belong to uploads and copies that rest, and must not hide the others behind a limit. */
async function listAllStale(
  runtime: Runtime,
  states: LocationState[],
  before: number,
): Promise<LocationRow[]> {
  const rows: LocationRow[] = [];
  for (;;) {
    const page = await listStale(runtime.db.read, states, before, rows.at(-1)?.id ?? '', batchSize);
    rows.push(...page);
    if (page.length < batchSize) return rows;
  }
}

async function fateOf(q: Queries, location: LocationRow): Promise<'keep' | 'fail' | 'remove'> {
  if (location.state === 'failed') return 'remove';
  if (location.upload_id !== null) {
    const upload = await findUpload(q, location.upload_id);
    return upload !== null && (upload.state === 'receiving' || upload.state === 'checking')
      ? 'keep'
      : 'remove';
  }
  if (location.transfer_id !== null) {
    const transfer = await findTransfer(q, location.transfer_id);
    if (transfer !== null && isOpen(transfer.state)) return 'keep';
    return transfer?.state === 'failed' ? 'fail' : 'remove';
  }
  return 'remove';
}
