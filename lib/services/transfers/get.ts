import { StowageError } from '#lib/contract/errors.ts';
import type { TransferView } from '#lib/contract/transfers.ts';
import type { Queries, Transaction } from '#lib/db/database.ts';
import type { TransferRow } from '#lib/db/define-schema.ts';
import { findTransfer } from '#lib/db/repositories/transfers.ts';
import type { Context } from '#lib/runtime/context.ts';
import { mayControl, maySeeTransfer, toTransferViews } from './view.ts';

export async function getTransfer(ctx: Context, id: string): Promise<TransferView> {
  const row = await getVisibleTransfer(ctx, ctx.runtime.db.read, id);
  const [view] = await toTransferViews(ctx, [row]);
  if (view === undefined) throw transferNotFound(id);
  return view;
}

/** Throws `not_found` for what the caller may not see. */
async function getVisibleTransfer(ctx: Context, q: Queries, id: string): Promise<TransferRow> {
  const row = await findTransfer(q, id);
  if (row === null || !maySeeTransfer(ctx.actor, row)) throw transferNotFound(id);
  return row;
}

/**
 * To be changed in this transaction: nobody else changes it, or what else belongs to its image, until the end. Throws
 * `not_found`, and `forbidden` for what the caller sees and may not steer.
 */
export async function lockControllableTransfer(
  ctx: Context,
  q: Transaction,
  id: string,
): Promise<TransferRow> {
  const { image_id } = await getVisibleTransfer(ctx, q, id);
  await q.lock(image_id);
  const row = await getVisibleTransfer(ctx, q, id);
  if (mayControl(ctx.actor, row)) return row;
  throw new StowageError('forbidden', 'You may not steer this transfer.', {
    remedy: 'Ask an administrator.',
  });
}

function transferNotFound(id: string): StowageError {
  return new StowageError('not_found', `No transfer found with ID ${id}`);
}
