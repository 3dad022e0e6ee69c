import { randomBytes, randomUUID } from 'node:crypto';
import { assertHasProject } from '../../auth/actor.ts';
import { assertCan } from '../../auth/policy.ts';
import { StowageError } from '../../contract/errors.ts';
import { uploadExpirySeconds } from '../../contract/limits.ts';
import type { Transaction } from '../../db/database.ts';
import type { ImageRow, UploadRow } from '../../db/define-schema.ts';
import { findImage, insertImage, updateImage } from '../../db/repositories/images.ts';
import { insertLocation, newLocation } from '../../db/repositories/locations.ts';
import { insertUpload } from '../../db/repositories/uploads.ts';
import type { Context } from '../../runtime/context.ts';
import { recordEvent } from '../events/record.ts';
import { assertMayShow } from '../images/draft.ts';
import { dropStaged } from '../imports/keep-staged.ts';
import { openQuota } from '../quotas/enforce.ts';
import { assertRoom, lockRoom } from '../stores/assert-room.ts';
import { planRoute } from './staging.ts';
import { parseUploadMetadata, type TusMetadata, type UploadWishes } from './parse-metadata.ts';
import { promisedBytes } from './promised-bytes.ts';

export interface NewUpload {
  id: string;
  lengthBytes: number | null;
  metadata: TusMetadata;
}

/**
 * Makes the image (or takes the queued one that is named), the upload and one location for each store in a single
 * transaction, before the first byte: whatever happens later, every object that may exist is named in a row.
 */
export async function createUpload(
  ctx: Context,
  { id, lengthBytes, metadata }: NewUpload,
): Promise<UploadRow> {
  const { runtime, actor } = ctx;
  if (runtime.draining) throw stopping();
  const wishes = parseUploadMetadata(metadata);
  assertSize(ctx, lengthBytes);
  const asked = chooseStores(ctx, wishes.stores, lengthBytes);
  const route = planRoute(runtime, asked);
  const stores = [...new Set([...route.direct, ...route.later])];
  const quota = await openQuota(runtime, await ownerOf(ctx, wishes));
  return await runtime.db.transaction(async (transaction) => {
    // Of the database: it judges later, for all processes, whether this has expired.
    const now = await transaction.now();
    quota.enforce(transaction);
    if (wishes.image_id !== undefined) await transaction.lock(wishes.image_id);
    await lockRoom(runtime, transaction, stores);
    const image =
      wishes.image_id === undefined
        ? await newImage(ctx, transaction, wishes)
        : await takeQueuedImage(ctx, transaction, wishes);
    const upload: UploadRow = {
      id,
      image_id: image.id,
      project_id: actor.projectId,
      user_id: actor.userId,
      owns_image: wishes.image_id === undefined,
      kind: 'tus',
      name: image.name ?? wishes.filename ?? image.id,
      file_name: wishes.filename ?? wishes.name ?? null,
      fingerprint: wishes.fingerprint ?? null,
      client: wishes.client ?? null,
      state: 'receiving',
      length_bytes: lengthBytes,
      offset_bytes: 0,
      metadata,
      expected_sha512: wishes.sha512 ?? null,
      all_stores_must_succeed: wishes.all_stores_must_succeed ?? true,
      inspector_snapshot: null,
      error: null,
      remedy: null,
      outcome: null,
      later_stores: route.later.length > 0 ? route.later : null,
      staged: null,
      staging_store: route.staging,
      lease_holder: null,
      lease_fence: 0,
      lease_expires_at: null,
      created_at: now,
      updated_at: now,
      expires_at: now + uploadExpirySeconds * 1000,
    };
    for (const storeId of stores) await assertRoom(runtime, transaction, storeId, lengthBytes ?? 0);
    await insertUpload(transaction, upload);
    for (const storeId of route.direct) {
      const promised = promisedBytes(upload, route.direct, storeId, lengthBytes ?? 0);
      await insertUploadLocation(transaction, upload, image, storeId, now, promised);
    }
    await recordEvent(
      ctx,
      transaction,
      { type: 'image', image_id: image.id, change: upload.owns_image ? 'created' : 'updated' },
      image.owner_id,
    );
    return upload;
  });
}

/** Whose project is charged: the one of the image that is uploaded into. */
async function ownerOf({ runtime, actor }: Context, { image_id }: UploadWishes): Promise<string> {
  const image = image_id === undefined ? null : await findImage(runtime.db.read, image_id);
  return image?.owner_id ?? actor.projectId;
}

/** `<image-id>-<suffix>`: random for each attempt, never used again. */
function newObjectKey(imageId: string): string {
  return `${imageId}-${randomBytes(9).toString('hex')}`;
}

export async function insertUploadLocation(
  transaction: Transaction,
  upload: UploadRow,
  image: { id: string; owner_id: string },
  storeId: string,
  now: number,
  /** Bytes that its project is charged with for it before they come. */
  promised = upload.length_bytes ?? 0,
): Promise<void> {
  const known = {
    image_id: image.id,
    store_id: storeId,
    object_key: newObjectKey(image.id),
    state: 'writing',
    reserved_bytes: promised,
    staged: upload.kind === 'stage',
    upload_id: upload.id,
  } as const;
  await insertLocation(transaction, newLocation(known, now), image.owner_id);
}

export function assertSize({ runtime }: Context, sizeBytes: number | null): void {
  const limit = runtime.config.limits.imageSizeBytes;
  if (sizeBytes !== null && sizeBytes > limit) {
    throw new StowageError(
      'too_large',
      `The file has ${sizeBytes} bytes; an image may have at most ${limit} here.`,
      {
        remedy:
          'Make the image smaller (sparse, compressed), or ask the operator to raise limits.image_size_gib.',
      },
    );
  }
}

/** The stores that were asked for, each of them writable and with room; the default store when none was named. */
export function chooseStores(
  { runtime }: Context,
  asked: readonly string[] | undefined,
  sizeBytes: number | null,
): string[] {
  const stores = [...new Set(asked ?? [runtime.config.defaultStore])];
  for (const id of stores) {
    runtime.stores.writable(id);
    const free = runtime.stores.get(id).capacity?.freeBytes ?? null;
    if (sizeBytes !== null && free !== null && sizeBytes > free) {
      const others = runtime.stores
        .list()
        .filter((other) => !stores.includes(other.id) && (other.capacity?.freeBytes ?? 0) > sizeBytes);
      throw new StowageError(
        'store_full',
        `${id} has ${free} bytes free, and ${sizeBytes} are to be stored.`,
        {
          remedy: others[0]
            ? `${others[0].id} has ${others[0].capacity?.freeBytes} bytes free.`
            : 'Free some space first.',
        },
      );
    }
  }
  return stores;
}

async function newImage(ctx: Context, transaction: Transaction, wishes: UploadWishes): Promise<ImageRow> {
  const { actor, runtime } = ctx;
  const now = runtime.now();
  const id = randomUUID();
  const visibility = wishes.visibility ?? 'shared';
  const image = {
    id,
    name: wishes.name ?? wishes.filename ?? null,
    status: 'saving' as const,
    disk_format: wishes.disk_format ?? null,
    container_format: wishes.container_format ?? null,
    size_bytes: null,
    virtual_size_bytes: null,
    visibility,
    protected: wishes.protected ?? false,
    hidden: false,
    owner_id: actor.projectId,
    md5: null,
    sha512: null,
    min_disk_gib: wishes.min_disk ?? 0,
    min_ram_mib: wishes.min_ram ?? 0,
    format_detail: null,
    safety: null,
    failed_import: null,
    created_at: now,
    updated_at: now,
  };
  assertHasProject(actor);
  const target = { owner_id: actor.projectId, visibility };
  assertCan(actor, 'add_image', target, id);
  assertCan(actor, 'upload_image', target, id);
  assertMayShow(actor, target, visibility);
  return await insertImage(transaction, image, wishes.tags ?? [], wishes.properties);
}

async function takeQueuedImage(
  ctx: Context,
  transaction: Transaction,
  wishes: UploadWishes,
): Promise<ImageRow> {
  const id = wishes.image_id as string;
  const image = await findImage(transaction, id);
  if (image === null) throw new StowageError('not_found', `No image found with ID ${id}`);
  assertCan(ctx.actor, 'upload_image', image, id);
  if (image.status !== 'queued') {
    throw new StowageError(
      'wrong_state',
      `The image is ${image.status}; bytes can only be uploaded into a queued one.`,
      {
        remedy: 'Upload without image_id to make a new image.',
      },
    );
  }
  await dropStaged(ctx, transaction, image);
  return await updateImage(transaction, image, {
    status: 'saving',
    disk_format: wishes.disk_format ?? image.disk_format,
    container_format: wishes.container_format ?? image.container_format,
    updated_at: ctx.runtime.now(),
  });
}

export function stopping(): StowageError {
  return new StowageError('stopping', 'This server is being stopped and takes no new uploads.', {
    remedy: 'Try again in a minute; what was uploaded is kept.',
    retryAfterSeconds: 10,
  });
}
