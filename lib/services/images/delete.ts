import { assertCan } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { deleteImageRow, findImage } from '#lib/db/repositories/images.ts';
import { listLocations, updateLocation } from '#lib/db/repositories/locations.ts';
import { deleteUploadRow, findUploadsOfImage } from '#lib/db/repositories/uploads.ts';
import { imageNotFound } from '#lib/auth/policy.ts';
import type { Context } from '#lib/runtime/context.ts';
import { recordEvent } from '../events/record.ts';
import { endTask } from '../imports/end-task.ts';
import { removableFrom } from '../uploads/fail.ts';
import { uploadGone } from '../uploads/publish.ts';
import { getImage } from './get.ts';

/**
 * Deletes an image everywhere: the record at once, the bytes soon (their locations stay as `deleting` until the objects
 * are gone). Uploads into it end, copies of it are stopped by the reconciler. Until then their bytes count.
 */
export async function deleteImage(ctx: Context, imageId: string): Promise<void> {
  const { runtime, actor } = ctx;
  const ended = await runtime.db.transaction(async (q) => {
    await q.lock(imageId);
    const seen = await getImage(q, actor, imageId);
    assertCan(actor, 'delete_image', seen, imageId);
    const image = await findImage(q, imageId);
    if (image === null) throw imageNotFound(imageId);
    if (image.protected) {
      throw new StowageError('image_protected', `Image ${imageId} is protected and cannot be deleted.`, {
        remedy: 'Take the protection away first.',
      });
    }
    const now = runtime.now();
    const uploads = await findUploadsOfImage(q, imageId);
    for (const location of await listLocations(q, [imageId])) {
      if (location.state === 'deleting') continue;
      const writtenBy = uploads.find(({ id }) => id === location.upload_id);
      await updateLocation(q, location, image.owner_id, {
        state: 'deleting',
        // Whoever is writing it finds that it is no longer theirs.
        fence: location.fence + 1,
        next_attempt_at: writtenBy === undefined ? null : removableFrom(runtime, writtenBy),
        updated_at: now,
      });
    }
    await endTask(q, imageId, 'The image was deleted.', now);
    for (const upload of uploads) await deleteUploadRow(q, upload.id);
    await deleteImageRow(q, image, now);
    await recordEvent(ctx, q, { type: 'image', image_id: imageId, change: 'deleted' }, image.owner_id);
    return uploads;
  });
  for (const upload of ended) {
    runtime.uploads.interruptEverywhere(upload.id);
    uploadGone(runtime, upload);
  }
  runtime.reconciler.kick();
}
