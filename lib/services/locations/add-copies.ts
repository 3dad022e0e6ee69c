import { assertCan } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { ImageRow } from '#lib/db/define-schema.ts';
import { listLocations } from '#lib/db/repositories/locations.ts';
import type { Context } from '#lib/runtime/context.ts';
import { recordEvent } from '../events/record.ts';
import { getImage } from '../images/get.ts';
import { openQuota } from '../quotas/enforce.ts';
import { findObject, keepLocation, type FoundObject } from './find-object.ts';
import type { GivenLocation } from './given.ts';

/**
 * Makes objects that lie in stores already further copies of an active image, all or none. Each has to have its size at
 * once, and is read back in the background: one with other bytes is marked as corrupt and never served again.
 *
 * Throws `bad_request` for a URL that no store owns, where nothing lies, or an object of another size, `conflict` for one
 * that belongs to an image already, for a store that has the image, and for another hash than the image's.
 */
export async function addCopies(
  ctx: Context,
  imageId: string,
  locations: readonly GivenLocation[],
): Promise<void> {
  const { runtime, actor } = ctx;
  const seen = await getImage(runtime.db.read, actor, imageId);
  assertCan(actor, 'set_image_location', seen, imageId);
  assertComparable(seen, locations);
  const found: FoundObject[] = [];
  for (const { url } of locations) found.push(await findObject(ctx, url));
  const quota = await openQuota(runtime, seen.owner_id);
  await runtime.db.transaction(async (q) => {
    quota.enforce(q);
    await q.lock(imageId);
    const { membership: _, ...image } = await getImage(q, actor, imageId);
    assertComparable(image, locations);
    const living = (await listLocations(q, [imageId])).filter(({ state }) => state !== 'deleting');
    const taken = new Set(living.map(({ store_id }) => store_id));
    for (const object of found) {
      if (taken.has(object.storeId)) {
        throw new StowageError('conflict', `Image is already present at store '${object.storeId}'`, {
          field: 'locations',
        });
      }
      if (object.sizeBytes !== image.size_bytes) {
        throw new StowageError(
          'bad_request',
          `Invalid location: the object has ${object.sizeBytes} bytes, and the image ${image.size_bytes}.`,
          { field: 'locations' },
        );
      }
      taken.add(object.storeId);
      await keepLocation(ctx, q, image, object);
    }
    await recordEvent(ctx, q, { type: 'image', image_id: imageId, change: 'updated' }, image.owner_id);
  });
}

function assertComparable({ status, sha512 }: ImageRow, locations: readonly GivenLocation[]): void {
  if (status !== 'active') {
    throw new StowageError('wrong_state', `It's not allowed to add locations if image status is ${status}.`);
  }
  if (sha512 === null) {
    throw new StowageError('conflict', 'The bytes of the image are not hashed yet.', {
      remedy: 'Wait until the task of its first location has ended: others are compared with that one.',
    });
  }
  if (locations.some((given) => given.sha512 !== null && given.sha512 !== sha512)) {
    throw new StowageError('conflict', 'os_hash_value is already set with a different value', {
      field: 'validation_data',
    });
  }
}
