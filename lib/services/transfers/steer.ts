/** What pausing and canceling have in common: at once where nobody holds the transfer, else through whoever does. */
import type { TransferView } from '#lib/contract/transfers.ts';
import type { Transaction } from '#lib/db/database.ts';
import type { TransferRow } from '#lib/db/define-schema.ts';
import { findTransfer, updateTransfer } from '#lib/db/repositories/transfers.ts';
import { assertMay, isHeld, type TransferVerb } from '#lib/domain/transfer-state.ts';
import type { Context } from '#lib/runtime/context.ts';
import { recordTransfer } from '#lib/transfers/tell.ts';
import { getTransfer, lockControllableTransfer } from './get.ts';

/** The holder hears of a wish within a second and then has to make durable what is under way. */
const patienceMilliseconds = 2_000;
const lookEveryMilliseconds = 100;

/**
 * Wishes it of the worker that holds the transfer and waits until it has been done, for two seconds at most; a transfer
 * that nobody holds is changed by `whenFree` in the same transaction.
 */
export async function wish(
  ctx: Context,
  id: string,
  verb: Extract<TransferVerb, 'pause' | 'cancel'>,
  whenFree: (q: Transaction, row: TransferRow) => Promise<void>,
): Promise<TransferView> {
  const { runtime } = ctx;
  const isWished = await runtime.db.transaction(async (q) => {
    const row = await lockControllableTransfer(ctx, q, id);
    if (row.state === (verb === 'pause' ? 'paused' : 'canceled')) return false;
    assertMay(verb, row.state);
    if (!isHeld(row.state) || (row.lease_expires_at ?? 0) <= (await q.now())) {
      await whenFree(q, row);
      return false;
    }
    if (row.wish !== 'cancel') {
      const changes = { wish: verb, updated_at: runtime.now() };
      await updateTransfer(q, id, changes);
      await recordTransfer(runtime, q, { ...row, ...changes }, ctx.actor.userId);
    }
    return true;
  });
  if (isWished) {
    runtime.worker.interrupt(id, verb);
    await waitUntilDone(ctx, id);
  }
  return await getTransfer(ctx, id);
}

async function waitUntilDone({ runtime }: Context, id: string): Promise<void> {
  const deadline = Date.now() + patienceMilliseconds;
  while (Date.now() < deadline) {
    const row = await findTransfer(runtime.db.read, id);
    if (row === null || !isHeld(row.state)) return;
    const pause = new Promise((resolve) => setTimeout(resolve, lookEveryMilliseconds));
    await pause;
  }
}
