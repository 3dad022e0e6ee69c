import { randomUUID } from 'node:crypto';
import { isService } from '#lib/auth/actor.ts';
import { assertCan } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { Transaction } from '#lib/db/database.ts';
import type { ImageRow, LocationRow } from '#lib/db/define-schema.ts';
import { updateImage } from '#lib/db/repositories/images.ts';
import { findKnownKeys, insertLocation } from '#lib/db/repositories/locations.ts';
import { insertTransfer } from '#lib/db/repositories/transfers.ts';
import type { Inspection } from '#lib/formats/inspection.ts';
import { inspectObject } from '#lib/pipeline/inspect-object.ts';
import type { Context } from '#lib/runtime/context.ts';
import { findOwner } from '#lib/stores/glance-locations.ts';
import { isStoreFault } from '#lib/stores/store.ts';
import { recordTransfer } from '#lib/transfers/tell.ts';
import { recordEvent } from '../events/record.ts';
import { getImage } from '../images/get.ts';
import { beginTask } from '../imports/begin-task.ts';
import { dropStaged } from '../imports/keep-staged.ts';
import { openQuota } from '../quotas/enforce.ts';
import { assertRoom } from '../stores/assert-room.ts';
import { toStowageError } from '../stores/to-stowage-error.ts';
import { newTransfer } from '../transfers/start-copies.ts';
import { assertFormats } from '../uploads/finish.ts';
import { toProved } from '../uploads/to-active.ts';

export interface NewLocation {
  imageId: string;
  url: string;
  /** What the object must hash to (SHA-512); null: whatever it hashes to. */
  sha512: string | null;
  /** As it came, shown with the task. */
  body: Record<string, unknown>;
}

interface FoundObject {
  storeId: string;
  key: string;
  sizeBytes: number;
  inspection: Inspection;
}

/**
 * Makes an object that lies in one of the stores already (Nova and Cinder put it there) the bytes of a queued image.
 * Which object is said by its URL, and a store of this service must own it. It is inspected at once and hashed in the
 * background: with `sha512` the image becomes active when it is proved, without it at once.
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
    // Two images may be given the same object at once: only one of them gets it.
    await q.lock(`object:${found.storeId}/${found.key}`);
    if ((await findKnownKeys(q, found.storeId, [found.key])).size > 0) throw taken();
    await assertRoom(runtime, q, found.storeId, found.sizeBytes);
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

async function findObject(ctx: Context, url: string): Promise<FoundObject> {
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

function taken(): StowageError {
  return new StowageError('conflict', 'That object belongs to an image already.', { field: 'url' });
}

async function take(
  ctx: Context,
  q: Transaction,
  before: ImageRow,
  { sha512, body }: NewLocation,
  { storeId, key, sizeBytes, inspection }: FoundObject,
): Promise<void> {
  const { runtime, actor } = ctx;
  const now = runtime.now();
  const image = await updateImage(q, before, {
    ...toProved(before, { sizeBytes, md5: null, sha512, inspection }, now),
    status: sha512 === null ? 'active' : 'importing',
  });
  await insertLocation(q, newLocation(image.id, storeId, key, sizeBytes, now), image.owner_id);
  await beginTask(ctx, q, {
    type: 'location_import',
    image,
    input: {
      image_id: image.id,
      import_req: { validation_data: body['validation_data'] ?? {} },
      backend: [storeId],
    },
    plan: null,
  });
  const transfer = newTransfer(ctx, image, {
    kind: 'verify',
    groupId: randomUUID(),
    storeId,
    moveFrom: null,
    byImport: false,
    allStoresMustSucceed: false,
  });
  await insertTransfer(q, transfer);
  await recordTransfer(runtime, q, transfer, actor.userId);
  await recordEvent(ctx, q, { type: 'image', image_id: image.id, change: 'updated' }, image.owner_id);
  q.afterCommit(() => runtime.worker.kick());
}

function newLocation(imageId: string, storeId: string, key: string, bytes: number, now: number): LocationRow {
  return {
    id: randomUUID(),
    image_id: imageId,
    store_id: storeId,
    object_key: key,
    state: 'active',
    bytes,
    resume_state: null,
    committed: true,
    upload_id: null,
    transfer_id: null,
    fence: 0,
    verified_at: null,
    error: null,
    attempts: 0,
    next_attempt_at: null,
    created_at: now,
    updated_at: now,
  };
}
