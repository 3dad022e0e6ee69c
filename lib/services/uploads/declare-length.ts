import { StowageError } from '../../contract/errors.ts';
import { findImage } from '../../db/repositories/images.ts';
import { listLocationsOfUpload, updateLocation } from '../../db/repositories/locations.ts';
import { updateUpload } from '../../db/repositories/uploads.ts';
import type { Context } from '../../runtime/context.ts';
import { openQuota } from '../quotas/enforce.ts';
import { assertRoom, lockRoom } from '../stores/assert-room.ts';
import { assertSize } from './create.ts';
import { getUpload } from './get.ts';
import { promisedBytes } from './promised-bytes.ts';

/** Says once how long an upload will be that was begun without a length. */
export async function declareLength(
  ctx: Context,
  { uploadId, lengthBytes }: { uploadId: string; lengthBytes: number },
): Promise<void> {
  const upload = await getUpload(ctx, uploadId, 'write');
  if (upload.length_bytes !== null)
    throw new StowageError('bad_request', 'The length of this upload is already known and cannot change.');
  if (lengthBytes < upload.offset_bytes) {
    throw new StowageError(
      'bad_request',
      `The upload has ${upload.offset_bytes} bytes already, more than the stated length.`,
    );
  }
  assertSize(ctx, lengthBytes);
  const { runtime } = ctx;
  const owner = (await findImage(runtime.db.read, upload.image_id))?.owner_id ?? upload.project_id;
  const quota = await openQuota(runtime, owner);
  await runtime.db.transaction(async (q) => {
    quota.enforce(q);
    await q.lock(upload.image_id);
    const locations = (await listLocationsOfUpload(q, uploadId)).filter(({ state }) => state === 'writing');
    const stores = locations.map(({ store_id }) => store_id);
    await lockRoom(runtime, q, stores);
    for (const location of locations) {
      await assertRoom(runtime, q, location.store_id, Math.max(0, lengthBytes - location.bytes));
      await updateLocation(q, location, owner, {
        reserved_bytes: promisedBytes(upload, stores, location.store_id, lengthBytes),
        updated_at: runtime.now(),
      });
    }
    await updateUpload(q, uploadId, { length_bytes: lengthBytes, updated_at: runtime.now() });
  });
}
