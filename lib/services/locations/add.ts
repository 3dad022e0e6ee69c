import { assertCan } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { Transaction } from '#lib/db/database.ts';
import type { ImageRow } from '#lib/db/define-schema.ts';
import { updateImage } from '#lib/db/repositories/images.ts';
import type { Context } from '#lib/runtime/context.ts';
import { recordEvent } from '../events/record.ts';
import { getImage } from '../images/get.ts';
import { beginTask } from '../imports/begin-task.ts';
import { dropStaged } from '../imports/keep-staged.ts';
import { openQuota } from '../quotas/enforce.ts';
import { assertFormats } from '../uploads/prove.ts';
import { toProved } from '../uploads/to-active.ts';
import { findObject, keepLocation, type FoundObject } from './find-object.ts';
import type { GivenLocation } from './given.ts';

export interface NewLocation extends GivenLocation {
  imageId: string;
}

/**
 * Makes an object that lies in one of the stores already (Nova and Cinder put it there) the bytes of a queued image.
 * Which object is said by its URL, and a store of this service must own it. It is inspected at once and hashed in the
 * background: with a hash the image becomes active when it is proved, without it at once.
 *
 * Throws `bad_request` for a URL that no store owns or where nothing lies, `conflict` for an object that belongs to an
 * image already, `wrong_state` for an image that has data, `unsafe_image` and `format_mismatch`.
 */
export async function addLocation(
  ctx: Context,
  location: NewLocation,
  action: 'add_image_location' | 'set_image_location' = 'add_image_location',
): Promise<void> {
  const { runtime, actor } = ctx;
  const seen = await getImage(runtime.db.read, actor, location.imageId);
  assertCan(actor, action, seen, seen.id);
  assertQueued(seen);
  const found = await findObject(ctx, location.url);
  assertFormats(seen, found.inspection);
  const quota = await openQuota(runtime, seen.owner_id);
  await runtime.db.transaction(async (q) => {
    quota.enforce(q);
    await q.lock(seen.id);
    const { membership: _, ...image } = await getImage(q, actor, seen.id);
    assertQueued(image);
    await dropStaged(ctx, q, image);
    await take(ctx, q, image, location, found);
  });
}

function assertQueued({ status, disk_format, container_format }: ImageRow): void {
  if (status !== 'queued') {
    throw new StowageError('wrong_state', `It's not allowed to add locations if image status is ${status}.`, {
      remedy: 'Only an image without data takes one.',
    });
  }
  for (const [name, value] of Object.entries({ disk_format, container_format })) {
    if (value === null) throw new StowageError('conflict', `'${name}' needs to be set before a location.`);
  }
}

async function take(
  ctx: Context,
  q: Transaction,
  before: ImageRow,
  { sha512, otherHash = null, body }: NewLocation,
  found: FoundObject,
): Promise<void> {
  const { sizeBytes, inspection } = found;
  const image = await updateImage(q, before, {
    ...toProved(before, { sizeBytes, md5: null, sha512, inspection }, ctx.runtime.now()),
    status: sha512 === null && otherHash === null ? 'active' : 'importing',
  });
  await beginTask(ctx, q, {
    type: 'location_import',
    image,
    input: {
      image_id: image.id,
      import_req: { validation_data: body['validation_data'] ?? {} },
      ...(otherHash && { proof: otherHash }),
      backend: [found.storeId],
    },
    plan: null,
  });
  await keepLocation(ctx, q, image, found);
  await recordEvent(ctx, q, { type: 'image', image_id: image.id, change: 'updated' }, image.owner_id);
}
