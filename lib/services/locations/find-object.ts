import { isService } from '#lib/auth/actor.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { Transaction } from '#lib/db/database.ts';
import type { ImageRow } from '#lib/db/define-schema.ts';
import { findKnownKeys, insertLocation, newLocation } from '#lib/db/repositories/locations.ts';
import type { Inspection } from '#lib/formats/inspection.ts';
import { inspectObject } from '#lib/pipeline/inspect-object.ts';
import type { Context } from '#lib/runtime/context.ts';
import { findOwner } from '#lib/stores/glance-locations.ts';
import { isStoreFault } from '#lib/stores/store.ts';
import { assertRoom } from '../stores/assert-room.ts';
import { toStowageError } from '../stores/to-stowage-error.ts';
import { startVerification } from '../transfers/start-verification.ts';

export interface FoundObject {
  storeId: string;
  key: string;
  sizeBytes: number;
  inspection: Inspection;
}

/**
 * The object that a URL names, looked at: it lies in a store of this service, and the caller may say so. Throws
 * `forbidden`, `bad_request` for a URL that no store owns or where nothing lies, and what a store in trouble throws.
 */
export async function findObject(ctx: Context, url: string): Promise<FoundObject> {
  const { runtime, actor, signal } = ctx;
  if (!isService(actor) && !actor.administrator && !/^https?:/i.test(url)) {
    throw new StowageError('forbidden', 'Only services may add a location that is no HTTP URL.', {
      remedy: 'Upload the image, or ask an administrator.',
      field: 'url',
    });
  }
  const owner = findOwner(runtime.config.stores, url);
  if (owner === null) {
    // The URL may hold credentials: it is not repeated.
    throw new StowageError('bad_request', 'Invalid location: no store of this service owns that URL.', {
      field: 'url',
    });
  }
  const { storeId, key } = owner;
  const store = runtime.stores.readable(storeId);
  try {
    const { sizeBytes } = await store.stat(key, { signal });
    return { storeId, key, sizeBytes, inspection: await inspectObject(store, key, { sizeBytes, signal }) };
  } catch (error) {
    if (!isStoreFault(error, 'not-found', 'bad-key')) throw toStowageError(error, signal);
    throw new StowageError('bad_request', `Invalid location: there is no such object in ${storeId}.`, {
      field: 'url',
      cause: error,
    });
  }
}

/**
 * Makes it a location of the image, not proved yet, and has it read back in the background. Throws `conflict` for an
 * object that belongs to an image already: two images may be given the same one at once, and only one of them gets it.
 */
export async function keepLocation(
  ctx: Context,
  q: Transaction,
  image: ImageRow,
  { storeId, key, sizeBytes }: FoundObject,
): Promise<void> {
  const { runtime } = ctx;
  await q.lock(`object:${storeId}/${key}`);
  if ((await findKnownKeys(q, storeId, [key])).size > 0) {
    throw new StowageError('conflict', 'That object belongs to an image already.', { field: 'url' });
  }
  await assertRoom(runtime, q, storeId, sizeBytes);
  const found = { image_id: image.id, store_id: storeId, object_key: key, bytes: sizeBytes, committed: true };
  await insertLocation(q, newLocation({ ...found, state: 'active' }, runtime.now()), image.owner_id);
  await startVerification(ctx, q, image, storeId);
}
