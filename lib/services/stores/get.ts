import { StowageError } from '#lib/contract/errors.ts';
import type { StoreView } from '#lib/contract/stores.ts';
import type { Context } from '#lib/runtime/context.ts';
import type { RegisteredStore } from '#lib/stores/registry.ts';
import { toStoreViews } from './view.ts';

export async function getStore(ctx: Context, id: string): Promise<StoreView> {
  const [view] = await toStoreViews(ctx, [getRegistered(ctx, id)]);
  if (view === undefined) throw new Error('a store without a view');
  return view;
}

/** A store that is named in the path and is not there is `not_found`, not a wrong request. */
export function getRegistered({ runtime }: Context, id: string): RegisteredStore {
  const store = runtime.stores.list().find((candidate) => candidate.id === id);
  if (store === undefined) throw new StowageError('not_found', `There is no store "${id}".`);
  return store;
}
