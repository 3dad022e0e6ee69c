import { canOther } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { StoreView } from '#lib/contract/stores.ts';
import type { Context } from '#lib/runtime/context.ts';
import { getRegistered, getStore } from './get.ts';

/** Looks at the place of the store now instead of at the next round. */
export async function checkStore(ctx: Context, id: string): Promise<StoreView> {
  getRegistered(ctx, id);
  if (!canOther(ctx.actor, 'stores_info_detail')) {
    throw new StowageError('forbidden', 'You may not have a store checked.', {
      remedy: 'Ask an administrator.',
    });
  }
  await ctx.runtime.stores.check(id);
  return await getStore(ctx, id);
}
