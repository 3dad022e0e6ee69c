import { assertCan } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { TransferView } from '#lib/contract/transfers.ts';
import { findLocationIn } from '#lib/db/repositories/locations.ts';
import { listOpenTransfersOfImage } from '#lib/db/repositories/transfers.ts';
import type { Context } from '#lib/runtime/context.ts';
import { getImage } from '../images/get.ts';
import { startVerification } from '../transfers/start-verification.ts';
import { toTransferViews } from '../transfers/view.ts';
import type { LocationName } from './remove.ts';

/**
 * Has a copy read back and compared. Also for one that was found missing or corrupt: reading right makes it whole.
 * Answers with the one that runs already, if there is one.
 */
export async function verifyLocation(
  ctx: Context,
  { imageId, storeId }: LocationName,
): Promise<TransferView> {
  const { runtime, actor } = ctx;
  const row = await runtime.db.transaction(async (q) => {
    await q.lock(imageId);
    const image = await getImage(q, actor, imageId);
    assertCan(actor, 'verify_image', image, imageId);
    const location = await findLocationIn(q, imageId, storeId);
    if (location === null) {
      throw new StowageError('not_found', `This image has no copy in the store "${storeId}".`);
    }
    if (!['active', 'missing', 'corrupt'].includes(location.state) || image.size_bytes === null) {
      throw new StowageError('wrong_state', `The copy in the store "${storeId}" is not complete yet.`, {
        remedy: 'Wait until it is; what is copied is verified by itself.',
      });
    }
    runtime.stores.readable(storeId);
    const open = await listOpenTransfersOfImage(q, imageId);
    const same = open.find((transfer) => transfer.target_store === storeId && transfer.kind === 'verify');
    if (same !== undefined) return same;
    return await startVerification(ctx, q, image, storeId);
  });
  const [view] = await toTransferViews(ctx, [row]);
  if (view === undefined) throw new Error('a transfer without a view');
  return view;
}
