import { StowageError } from '#lib/contract/errors.ts';
import type { TransferView } from '#lib/contract/transfers.ts';
import type { Transaction } from '#lib/db/database.ts';
import type { TransferRow } from '#lib/db/define-schema.ts';
import { findImage } from '#lib/db/repositories/images.ts';
import { findLocationIn, insertLocation, updateLocation } from '#lib/db/repositories/locations.ts';
import { findTransfer, updateTransfer } from '#lib/db/repositories/transfers.ts';
import { assertMay } from '#lib/domain/transfer-state.ts';
import type { Context } from '#lib/runtime/context.ts';
import { newTargetLocation } from '#lib/transfers/settle.ts';
import { recordTransfer } from '#lib/transfers/tell.ts';
import { openQuota } from '../quotas/enforce.ts';
import { getTransfer, lockControllableTransfer } from './get.ts';

/** Puts a transfer that rests back into the queue. One that is queued or running already stays as it is. */
export async function putBack(ctx: Context, id: string, verb: 'resume' | 'retry'): Promise<TransferView> {
  const { runtime } = ctx;
  const seen = await findTransfer(runtime.db.read, id);
  const quota = seen === null ? null : await openQuota(runtime, seen.project_id);
  await runtime.db.transaction(async (q) => {
    quota?.enforce(q);
    const row = await lockControllableTransfer(ctx, q, id);
    if (['queued', 'running', 'verifying'].includes(row.state) && row.wish === null) return;
    assertMay(verb, row.state);
    if (row.kind === 'copy') await ensureTarget(ctx, q, row);
    const changes = {
      state: 'queued' as const,
      wish: null,
      attempts: 0,
      error: null,
      remedy: null,
      next_attempt_at: null,
      finished_at: null,
      updated_at: runtime.now(),
    };
    await updateTransfer(q, id, changes);
    await recordTransfer(runtime, q, { ...row, ...changes }, ctx.actor.userId);
    q.afterCommit(() => runtime.worker.kick());
  });
  return await getTransfer(ctx, id);
}

/** A failed copy goes on with its own location; when that is gone, it begins a new one. */
async function ensureTarget({ runtime }: Context, q: Transaction, row: TransferRow): Promise<void> {
  const image = await findImage(q, row.image_id);
  if (image === null) {
    throw new StowageError('gone', 'The image of this transfer was deleted.');
  }
  const location = await findLocationIn(q, row.image_id, row.target_store);
  const now = runtime.now();
  if (location === null) {
    await insertLocation(q, newTargetLocation(row, row.lease_fence, now), image.owner_id);
    return;
  }
  if (location.transfer_id !== row.id) {
    throw new StowageError(
      'wrong_state',
      `The store "${row.target_store}" has got another copy of this image since.`,
      { remedy: 'Nothing is left to do for this transfer.' },
    );
  }
  if (location.state !== 'failed') return;
  // Back to what it was when the transfer stopped, so that it is not taken for rubbish meanwhile.
  const state = location.committed ? ('verifying' as const) : ('writing' as const);
  await updateLocation(q, location, image.owner_id, { state, error: null, updated_at: now });
}
