/** What follows for an added location when its first verification ends: in the transaction that ends it. */
import { systemActor } from '#lib/auth/actor.ts';
import { taskTimeToLiveSeconds } from '#lib/contract/tasks.ts';
import type { Transaction } from '#lib/db/database.ts';
import type { TransferRow } from '#lib/db/define-schema.ts';
import { deletePieces, findImage, updateImage } from '#lib/db/repositories/images.ts';
import { deleteLocationRow, findLocationIn } from '#lib/db/repositories/locations.ts';
import { findActiveTask, updateTask } from '#lib/db/repositories/tasks.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { recordEvent } from '#lib/services/events/record.ts';

/**
 * What hashes to what it should makes the image active. What does not leaves it queued, and the object, which others
 * put there, where it is. The transfer is written already; safe to repeat.
 */
export async function settleLocation(runtime: Runtime, q: Transaction, ended: TransferRow): Promise<void> {
  if (ended.kind !== 'verify') return;
  const task = await findActiveTask(q, ended.image_id);
  if (task?.type !== 'location_import') return;
  const image = await findImage(q, ended.image_id);
  if (image === null) return;
  const now = runtime.now();
  const isProved = ended.state === 'done';
  if (image.status === 'importing') {
    if (!isProved) {
      const location = await findLocationIn(q, image.id, ended.target_store);
      if (location !== null) await deleteLocationRow(q, location, image.owner_id);
      await deletePieces(q, image.id);
    }
    await updateImage(q, image, {
      ...(isProved ? { status: 'active' } : withoutData),
      updated_at: now,
    });
  }
  await updateTask(q, task.id, {
    status: isProved ? 'success' : 'failure',
    message: isProved ? '' : (ended.error ?? 'It was not verified.'),
    result: isProved ? { image_id: image.id } : null,
    updated_at: now,
    expires_at: now + taskTimeToLiveSeconds * 1000,
  });
  const requestId = task.request_id ?? 'req-worker';
  const change = { type: 'image', image_id: image.id, change: 'updated' } as const;
  await recordEvent({ runtime, actor: systemActor, requestId }, q, change, image.owner_id);
}

/** A queued image knows nothing of bytes. */
export const withoutData = {
  status: 'queued',
  size_bytes: null,
  virtual_size_bytes: null,
  md5: null,
  sha512: null,
  format_detail: null,
  safety: null,
} as const;
