import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { assertCan } from '../../auth/policy.ts';
import type { ImageStatus } from '../../contract/common.ts';
import { isStowageError, StowageError } from '../../contract/errors.ts';
import { leaseSeconds, uploadExpirySeconds } from '../../contract/limits.ts';
import type { ImageRow, UploadRow } from '../../db/define-schema.ts';
import { updateImage } from '../../db/repositories/images.ts';
import { findUpload, insertUpload } from '../../db/repositories/uploads.ts';
import { RequestBody } from '../../streams/request-body.ts';
import type { Context } from '../../runtime/context.ts';
import { recordEvent } from '../events/record.ts';
import { dropStaged } from '../imports/keep-staged.ts';
import { getImage } from '../images/get.ts';
import { openQuota, type Quota } from '../quotas/enforce.ts';
import { assertRoom } from '../stores/assert-room.ts';
import { appendToUpload } from './append.ts';
import { assertSize, chooseStores, insertUploadLocation, stopping } from './create.ts';
import { failUpload } from './fail.ts';

export interface PutImageFile {
  imageId: string;
  /** Null: the default store. */
  store: string | null;
  source: IncomingMessage;
  /** From Content-Length or `x-openstack-image-size`; null when the client does not say. */
  sizeBytes: number | null;
}

/**
 * Glance's `PUT /v2/images/{id}/file`: the whole image in one request, into one store. It cannot be resumed: whatever
 * breaks it puts the image back to `queued`, with nothing left behind. Zero bytes make an active, empty image (Nova
 * registers boot-from-volume snapshots so).
 */
export async function putImageFile(ctx: Context, put: PutImageFile): Promise<void> {
  const { runtime } = ctx;
  if (runtime.draining) throw stopping();
  assertSize(ctx, put.sizeBytes);
  // Who may not see the image learns nothing of stores, and who may not upload nothing of its state.
  const seen = await getImage(runtime.db.read, ctx.actor, put.imageId);
  assertCan(ctx.actor, 'upload_image', seen, put.imageId);
  const [store] = chooseStores(ctx, put.store === null ? undefined : [put.store], put.sizeBytes);
  if (store === undefined) throw new Error('no store was chosen');
  const upload = await beginPut(ctx, put, store, await openQuota(runtime, seen.owner_id));
  await receiveWhole(ctx, upload, put.source);
}

/** All of an upload in one request; whatever breaks it gives the upload up. */
export async function receiveWhole(ctx: Context, upload: UploadRow, source: IncomingMessage): Promise<void> {
  const body = new RequestBody(source);
  try {
    const appended = await appendToUpload(ctx, {
      uploadId: upload.id,
      offset: 0,
      next: (signal) => body.next(signal),
    });
    if (!appended.complete) {
      throw new StowageError(
        'bad_request',
        `Only ${appended.offset} of ${upload.length_bytes} bytes arrived.`,
        { remedy: 'Upload the image again.' },
      );
    }
  } catch (error) {
    await putBack(ctx, upload.id, error);
    throw error;
  } finally {
    body.release();
  }
}

/** Nobody can go on with half a PUT. The row is read afresh: what came before may have moved its fence, or ended it. */
async function putBack(ctx: Context, uploadId: string, thrown: unknown): Promise<void> {
  const upload = await findUpload(ctx.runtime.db.read, uploadId);
  if (upload === null) return;
  await failUpload(
    ctx,
    upload,
    isStowageError(thrown) ? thrown : new StowageError('internal', 'The upload failed.'),
  );
}

function whatToDo(status: ImageStatus): string {
  switch (status) {
    case 'saving':
      return 'Another upload is under way. Wait until it has ended; if it fails, the image is queued again.';
    case 'uploading':
      return 'Bytes are staged already. Import them, or delete the image.';
    case 'importing':
      return 'An import is under way. Wait until it has ended; if it fails, the image is queued again.';
    default:
      return 'The bytes of an image never change. Create another image.';
  }
}

async function beginPut(ctx: Context, put: PutImageFile, store: string, quota: Quota): Promise<UploadRow> {
  const { runtime } = ctx;
  return await runtime.db.transaction(async (q) => {
    quota.enforce(q);
    await q.lock(put.imageId);
    // Once more, now that nobody else changes it: it may have been given to another project meanwhile.
    const { membership, ...image } = await getImage(q, ctx.actor, put.imageId);
    assertCan(ctx.actor, 'upload_image', { ...image, membership }, put.imageId);
    if (image.status !== 'queued') {
      throw new StowageError(
        'wrong_state',
        `Image status transition from ${image.status} to saving is not allowed`,
        { remedy: whatToDo(image.status) },
      );
    }
    if (image.disk_format === null || image.container_format === null) {
      throw new StowageError(
        'bad_request',
        'Properties disk_format, container_format must be set prior to saving data.',
      );
    }
    const upload = newWholeUpload(ctx, image, 'put', put.sizeBytes, await q.now());
    await dropStaged(ctx, q, image);
    await assertRoom(runtime, q, store, put.sizeBytes ?? 0);
    await insertUpload(q, upload);
    const now = upload.created_at;
    await insertUploadLocation(q, upload, image, store, now);
    await updateImage(q, image, { status: 'saving', updated_at: now });
    await recordEvent(ctx, q, { type: 'image', image_id: image.id, change: 'updated' }, image.owner_id);
    return upload;
  });
}

/** An upload that comes in one request, held by this process from its first byte on. `now` is the database's. */
export function newWholeUpload(
  { runtime, actor }: Context,
  image: ImageRow,
  kind: 'put' | 'stage',
  sizeBytes: number | null,
  now: number,
): UploadRow {
  return {
    id: randomBytes(18).toString('hex'),
    image_id: image.id,
    project_id: actor.projectId,
    user_id: actor.userId,
    owns_image: false,
    kind,
    name: image.name ?? image.id,
    file_name: null,
    fingerprint: null,
    client: null,
    state: 'receiving',
    length_bytes: sizeBytes,
    offset_bytes: 0,
    metadata: {},
    expected_sha512: null,
    all_stores_must_succeed: true,
    inspector_snapshot: null,
    error: null,
    remedy: null,
    outcome: null,
    later_stores: null,
    staged: null,
    staging_store: null,
    lease_holder: runtime.processId,
    lease_fence: 0,
    lease_expires_at: now + leaseSeconds * 1000,
    created_at: now,
    updated_at: now,
    expires_at: now + uploadExpirySeconds * 1000,
  };
}
