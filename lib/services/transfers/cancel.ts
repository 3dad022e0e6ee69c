import type { TransferView } from '#lib/contract/transfers.ts';
import type { Context } from '#lib/runtime/context.ts';
import { endOne } from '#lib/transfers/conclude.ts';
import { wish } from './steer.ts';

/** Ends it for good; what it wrote in its store is removed. Canceling a canceled one changes nothing. */
export async function cancelTransfer(ctx: Context, id: string): Promise<TransferView> {
  return await wish(ctx, id, 'cancel', async (q, row) => {
    await endOne(ctx.runtime, q, row, 'canceled', row);
  });
}
