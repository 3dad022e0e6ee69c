import { randomUUID } from 'node:crypto';
import type { Transaction } from '#lib/db/database.ts';
import type { ImageRow, TransferRow } from '#lib/db/define-schema.ts';
import { insertTransfer } from '#lib/db/repositories/transfers.ts';
import type { Context } from '#lib/runtime/context.ts';
import { recordTransfer } from '#lib/transfers/tell.ts';
import { newTransfer } from './start-copies.ts';

/** Within a transaction that holds the image: has its copy in this store read back and compared as soon as it commits. */
export async function startVerification(
  ctx: Context,
  q: Transaction,
  image: ImageRow,
  storeId: string,
): Promise<TransferRow> {
  const transfer = newTransfer(ctx, image, {
    kind: 'verify',
    groupId: randomUUID(),
    storeId,
    moveFrom: null,
    byImport: false,
    allStoresMustSucceed: false,
  });
  await insertTransfer(q, transfer);
  await recordTransfer(ctx.runtime, q, transfer, ctx.actor.userId);
  q.afterCommit(() => ctx.runtime.worker.kick());
  return transfer;
}
