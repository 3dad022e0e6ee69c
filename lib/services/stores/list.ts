import type { StoreList } from '#lib/contract/stores.ts';
import type { Context } from '#lib/runtime/context.ts';
import { toStoreViews } from './view.ts';

/** In the order in which locations are read and shown. */
export async function listStores(ctx: Context): Promise<StoreList> {
  return { stores: await toStoreViews(ctx, ctx.runtime.stores.list()) };
}
