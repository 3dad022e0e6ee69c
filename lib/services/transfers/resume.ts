import type { TransferView } from '#lib/contract/transfers.ts';
import type { Context } from '#lib/runtime/context.ts';
import { putBack } from './put-back.ts';

/** Goes on with a paused one at its durable offset. */
export async function resumeTransfer(ctx: Context, id: string): Promise<TransferView> {
  return await putBack(ctx, id, 'resume');
}
