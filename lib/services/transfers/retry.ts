import type { TransferView } from '#lib/contract/transfers.ts';
import type { Context } from '#lib/runtime/context.ts';
import { putBack } from './put-back.ts';

/** Another try for a failed one, from what is durable, now. */
export async function retryTransfer(ctx: Context, id: string): Promise<TransferView> {
  return await putBack(ctx, id, 'retry');
}
