import { assertCan } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { UploadRow } from '#lib/db/define-schema.ts';
import { updateImage } from '#lib/db/repositories/images.ts';
import { insertUpload } from '#lib/db/repositories/uploads.ts';
import { assertMayBecome } from '#lib/domain/image-status.ts';
import type { Context } from '#lib/runtime/context.ts';
import { recordEvent } from '../events/record.ts';
import { getImage } from '../images/get.ts';
import { openQuota, type Quota } from '../quotas/enforce.ts';
import { assertRoom } from '../stores/assert-room.ts';
import { assertSize, chooseStores, insertUploadLocation, stopping } from '../uploads/create.ts';
import { newWholeUpload, receiveWhole, type PutImageFile } from '../uploads/put-image-file.ts';
import { dropStaged } from './keep-staged.ts';

/**
 * Glance's `PUT /v2/images/{id}/stage`: the bytes of an import by `glance-direct`. They are written once, through the
 * pipeline, into a store where every server reaches them: `put.store`, if the caller knows already into which one they
 * are to be imported, or else the staging store. An import into that store leaves them where they are.
 */
export async function stageImage(ctx: Context, put: PutImageFile): Promise<void> {
  const { runtime } = ctx;
  if (runtime.draining) throw stopping();
  assertSize(ctx, put.sizeBytes);
  // Who may not see the image learns nothing of stores, and who may not upload nothing of its state.
  const seen = await getImage(runtime.db.read, ctx.actor, put.imageId);
  assertCan(ctx.actor, 'upload_image', seen, put.imageId);
  const [store] = chooseStores(ctx, [put.store ?? stagingStore(ctx)], put.sizeBytes);
  if (store === undefined) throw new Error('no store was chosen');
  const quota = await openQuota(runtime, seen.owner_id);
  await receiveWhole(ctx, await beginStage(ctx, put, store, quota), put.source);
}

function stagingStore({ runtime }: Context): string {
  const { stagingStore: store } = runtime.config;
  if (store !== '') return store;
  throw new StowageError('store_unavailable', 'There is no staging store.', {
    remedy: 'Name one in stowage.yaml (staging_store), or upload the image without an import.',
  });
}

async function beginStage(ctx: Context, put: PutImageFile, store: string, quota: Quota): Promise<UploadRow> {
  const { runtime } = ctx;
  return await runtime.db.transaction(async (q) => {
    quota.enforce(q);
    await q.lock(put.imageId);
    const { membership, ...image } = await getImage(q, ctx.actor, put.imageId);
    assertCan(ctx.actor, 'upload_image', { ...image, membership }, put.imageId);
    if (image.status === 'uploading') {
      throw new StowageError(
        'wrong_state',
        'Image status transition from uploading to uploading is not allowed',
        {
          remedy: 'Import what is staged already, or delete the image.',
        },
      );
    }
    assertMayBecome(image.status, 'uploading');
    await dropStaged(ctx, q, image);
    const upload = newWholeUpload(ctx, image, 'stage', put.sizeBytes, await q.now());
    await assertRoom(runtime, q, store, put.sizeBytes ?? 0);
    await insertUpload(q, upload);
    await insertUploadLocation(q, upload, image, store, upload.created_at);
    await updateImage(q, image, { status: 'uploading', updated_at: upload.created_at });
    await recordEvent(ctx, q, { type: 'image', image_id: image.id, change: 'updated' }, image.owner_id);
    return upload;
  });
}
