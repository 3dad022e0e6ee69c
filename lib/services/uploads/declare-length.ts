import { StowageError } from '../../contract/errors.ts';
import { listLocationsOfUpload } from '../../db/repositories/locations.ts';
import { updateUpload } from '../../db/repositories/uploads.ts';
import type { Context } from '../../runtime/context.ts';
import { assertRoom, lockRoom } from '../stores/assert-room.ts';
import { assertSize } from './create.ts';
import { getUpload } from './get.ts';

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
  await runtime.db.transaction(async (q) => {
    await q.lock(upload.image_id);
    const locations = (await listLocationsOfUpload(q, uploadId)).filter(({ state }) => state === 'writing');
    const stores = locations.map(({ store_id }) => store_id);
    await lockRoom(runtime, q, stores);
    for (const { store_id, bytes } of locations) {
      await assertRoom(runtime, q, store_id, Math.max(0, lengthBytes - bytes));
    }
    await updateUpload(q, uploadId, { length_bytes: lengthBytes, updated_at: runtime.now() });
  });
}
