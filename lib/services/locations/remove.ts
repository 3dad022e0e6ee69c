import { assertCan } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { listLocations } from '#lib/db/repositories/locations.ts';
import { assertMayRemove } from '#lib/domain/locations.ts';
import type { Context } from '#lib/runtime/context.ts';
import { markForRemoval } from '#lib/transfers/conclude.ts';
import { recordEvent } from '../events/record.ts';
import { getImage } from '../images/get.ts';

export interface LocationName {
  imageId: string;
  storeId: string;
}

/**
 * Removes an image from one store: at once from what is served, the bytes soon after. A copy that reads from it just
 * now goes on from another place. Throws `not_found`, `forbidden`, `wrong_state` (not active, or still being written),
 * `last_location` when no other proved copy would remain.
 */
export async function removeLocation(ctx: Context, { imageId, storeId }: LocationName): Promise<void> {
  await removeLocations(ctx, { imageId, storeIds: [storeId] });
}

/** The same from several, all or none. */
export async function removeLocations(
  ctx: Context,
  { imageId, storeIds }: { imageId: string; storeIds: readonly string[] },
): Promise<void> {
  const { runtime, actor } = ctx;
  await runtime.db.transaction(async (q) => {
    await q.lock(imageId);
    const image = await getImage(q, actor, imageId);
    assertCan(actor, 'delete_image_location', image, imageId);
    if (image.status !== 'active' && image.status !== 'deactivated') {
      throw new StowageError(
        'wrong_state',
        `The image is ${image.status}; it has no copies to choose from yet.`,
      );
    }
    let living = (await listLocations(q, [imageId])).filter(({ state }) => state !== 'deleting');
    for (const storeId of storeIds) {
      assertMayRemove({
        locations: living,
        storeId,
        isKnownStore: (id) => runtime.stores.list().some((store) => store.id === id),
      });
      const location = living.find(({ store_id }) => store_id === storeId);
      if (location !== undefined) await markForRemoval(runtime, q, location, image.owner_id);
      living = living.filter((other) => other !== location);
    }
    const audience = image.visibility === 'public' ? null : image.owner_id;
    await recordEvent(ctx, q, { type: 'image', image_id: imageId, change: 'updated' }, audience);
  });
}
