import { assertCan } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { listLocations } from '#lib/db/repositories/locations.ts';
import type { Context } from '#lib/runtime/context.ts';
import { getImage } from '../images/get.ts';
import { addLocation, type NewLocation } from './add.ts';
import { inReadingOrder } from './list.ts';
import { removeLocation } from './remove.ts';
import { toUrls } from './urls.ts';

/** The old way to change where an image lies: by a PATCH of its attribute `locations`. */
export type LocationChange =
  | ({ kind: 'add' } & Omit<NewLocation, 'imageId'>)
  /** By its place in what the attribute shows. */
  | { kind: 'remove'; index: number };

/**
 * Only behind the switch `show.locations`. An image without data takes a location; one with several gives up one of
 * them. Copies into further stores are made by an import, because nobody has proved what somebody else put there.
 */
export async function changeLocations(ctx: Context, imageId: string, change: LocationChange): Promise<void> {
  const { runtime, actor } = ctx;
  const image = await getImage(runtime.db.read, actor, imageId);
  if (!runtime.config.show.locations) {
    throw new StowageError(
      'forbidden',
      `It's not allowed to ${change.kind} locations if locations are invisible.`,
      { remedy: 'The operator shows them by show.locations in stowage.yaml.', field: 'locations' },
    );
  }
  if (change.kind === 'add') return await addLocation(ctx, { imageId, ...change }, 'set_image_location');
  assertCan(actor, 'delete_image_location', image, imageId);
  if (image.status !== 'active') {
    throw new StowageError(
      'wrong_state',
      `It's not allowed to remove locations if image status is ${image.status}.`,
    );
  }
  const shown = inReadingOrder(runtime, await listLocations(runtime.db.read, [imageId]));
  const location = toUrls(runtime, shown)[change.index];
  if (location === undefined) {
    throw new StowageError('bad_request', 'Invalid position for removing a location.');
  }
  await removeLocation(ctx, { imageId, storeId: location.metadata.store });
}
