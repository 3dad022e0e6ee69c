import type { TransferView } from '#lib/contract/transfers.ts';
import { updateTransfer } from '#lib/db/repositories/transfers.ts';
import type { Context } from '#lib/runtime/context.ts';
import { recordTransfer } from '#lib/transfers/tell.ts';
import { wish } from './steer.ts';

/** Stops it at a durable offset, from which `resumeTransfer` goes on. Pausing a paused one changes nothing. */
export async function pauseTransfer(ctx: Context, id: string): Promise<TransferView> {
  const { runtime } = ctx;
  return await wish(ctx, id, 'pause', async (q, row) => {
    const changes = {
      state: 'paused' as const,
      wish: null,
      next_attempt_at: null,
      lease_holder: null,
      lease_expires_at: null,
      // Whoever held it with a lease that has run out finds another number.
      lease_fence: row.lease_fence + 1,
      updated_at: runtime.now(),
    };
    await updateTransfer(q, id, changes);
    await recordTransfer(runtime, q, { ...row, ...changes }, ctx.actor.userId);
  });
}
