import { assertCan } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { listLocations } from '#lib/db/repositories/locations.ts';
import type { Context } from '#lib/runtime/context.ts';
import { startCopies } from '../transfers/start-copies.ts';
import { getImage } from './get.ts';

export interface CopyImport {
  /** `all`: every store that takes images and has it not yet. */
  stores: string[] | 'all';
  allStoresMustSucceed: boolean;
}

/**
 * Glance's import by `copy-image`: copies an active image into further stores. `bad_request` for a store that has it
 * already, `conflict` for one that does not exist or takes nothing; with `all` those are left out, and nothing to do is
 * no error.
 */
export async function importByCopy(
  ctx: Context,
  imageId: string,
  { stores: wanted, allStoresMustSucceed }: CopyImport,
): Promise<void> {
  const { runtime, actor } = ctx;
  const image = await getImage(runtime.db.read, actor, imageId);
  assertCan(actor, 'copy_image', image, imageId);
  if (image.status !== 'active') {
    throw new StowageError('wrong_state', 'Only images with status active can be targeted for copying');
  }
  const present = new Set(
    (await listLocations(runtime.db.read, [imageId]))
      .filter(({ state }) => state === 'active' || state === 'writing' || state === 'verifying')
      .map(({ store_id }) => store_id),
  );
  const stores = wanted === 'all' ? freeStores(ctx, present) : [...new Set(wanted)];
  for (const store of stores) assertTakes(ctx, store, present);
  if (stores.length === 0) return;
  await startCopies(ctx, { imageId, stores, byImport: true, allStoresMustSucceed });
}

function freeStores({ runtime }: Context, present: ReadonlySet<string>): string[] {
  return runtime.config.stores
    .filter(({ id, mode }) => mode === 'read-write' && !present.has(id))
    .map(({ id }) => id);
}

function assertTakes({ runtime }: Context, store: string, present: ReadonlySet<string>): void {
  const configured = runtime.config.stores.find(({ id }) => id === store);
  if (configured === undefined) {
    throw new StowageError('conflict', `The selected store ${store} is not available on this node.`, {
      field: 'stores',
      remedy: `Choose one of: ${runtime.config.stores.map(({ id }) => id).join(', ')}.`,
    });
  }
  if (present.has(store)) {
    throw new StowageError('bad_request', `Image is already present at store '${store}'`, {
      field: 'stores',
    });
  }
  if (configured.mode === 'read-only') {
    throw new StowageError('conflict', `The store ${store} is read-only.`, { field: 'stores' });
  }
}
