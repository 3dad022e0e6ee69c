import { assertCan } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { listLocations } from '#lib/db/repositories/locations.ts';
import type { Context } from '#lib/runtime/context.ts';
import { getImage, type SeenImage } from '../images/get.ts';
import { addCopies } from './add-copies.ts';
import { addLocation } from './add.ts';
import type { GivenLocation } from './given.ts';
import { inReadingOrder } from './list.ts';
import { removeLocations } from './remove.ts';
import { toUrls } from './urls.ts';

/** The old way to change where an image lies: by a PATCH of its attribute `locations`. */
export type LocationChange =
  | { kind: 'add'; locations: readonly GivenLocation[] }
  | { kind: 'replace'; locations: readonly GivenLocation[] }
  /** By their places in what the attribute shows, one after the other: each counts what those before it left. */
  | { kind: 'remove'; places: readonly (number | 'last')[] };

const words = { add: 'add', replace: 'update', remove: 'remove' } as const;

/**
 * Only behind the switch `show.locations`. An image without data takes its bytes from one location; those that an active
 * image takes are copies, which are proved in the background and count only then. An active image never loses its last
 * proved copy, and locations that it has are not replaced by others: its bytes would be (OSSA-2016-006). Replacing them
 * by themselves changes nothing.
 */
export async function changeLocations(ctx: Context, imageId: string, change: LocationChange): Promise<void> {
  const { runtime, actor } = ctx;
  const image = await getImage(runtime.db.read, actor, imageId);
  if (!runtime.config.show.locations) {
    throw new StowageError(
      'forbidden',
      `It's not allowed to ${words[change.kind]} locations if locations are invisible.`,
      { remedy: 'The operator shows them by show.locations in stowage.yaml.', field: 'locations' },
    );
  }
  assertCan(actor, change.kind === 'remove' ? 'delete_image_location' : 'set_image_location', image, imageId);
  if (image.status !== 'active' && (image.status !== 'queued' || change.kind === 'remove')) {
    throw new StowageError(
      'wrong_state',
      `It's not allowed to ${change.kind} locations if image status is ${image.status}.`,
    );
  }
  switch (change.kind) {
    case 'add':
      return await add(ctx, image, change.locations);
    case 'replace':
      return await replace(ctx, image, change.locations);
    case 'remove':
      return await remove(ctx, imageId, change.places);
  }
}

async function add(ctx: Context, image: SeenImage, locations: readonly GivenLocation[]): Promise<void> {
  const [first, ...others] = locations;
  if (first === undefined) return;
  if (image.status === 'active') return await addCopies(ctx, image.id, locations);
  if (others.length > 0) {
    throw new StowageError('bad_request', 'An image without data takes one location first.', {
      field: 'locations',
      remedy: 'Add the others when it is active: they are compared with that one.',
    });
  }
  await addLocation(ctx, { imageId: image.id, ...first }, 'set_image_location');
}

async function replace(ctx: Context, image: SeenImage, locations: readonly GivenLocation[]): Promise<void> {
  if (image.status === 'active') {
    const shown = (await show(ctx, image.id)).map(({ url }) => url);
    const urls = new Set(locations.map(({ url }) => url));
    if (urls.size === shown.length && shown.every((url) => urls.has(url))) return;
    throw new StowageError('bad_request', 'Original locations is not empty.', {
      field: 'locations',
      remedy: 'Add and remove single ones (/locations/-, /locations/<n>).',
    });
  }
  if (locations.length === 0) {
    throw new StowageError('forbidden', 'Cannot set locations to empty list.', { field: 'locations' });
  }
  await add(ctx, image, locations);
}

async function remove(ctx: Context, imageId: string, places: readonly (number | 'last')[]): Promise<void> {
  const left = await show(ctx, imageId);
  if (places.length >= left.length && left.length > 0) {
    throw new StowageError('last_location', 'Cannot remove last location in the image.', {
      field: 'locations',
      remedy: 'Delete the image instead.',
    });
  }
  const storeIds = places.map((place) => {
    const [removed] = left.splice(place === 'last' ? left.length - 1 : place, 1);
    if (removed !== undefined) return removed.metadata.store;
    throw new StowageError('bad_request', 'Invalid position for removing a location.', {
      field: 'locations',
    });
  });
  await removeLocations(ctx, { imageId, storeIds });
}

async function show({ runtime }: Context, imageId: string) {
  return toUrls(runtime, inReadingOrder(runtime, await listLocations(runtime.db.read, [imageId])));
}
