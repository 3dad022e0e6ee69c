import { StowageError } from '../../contract/errors.ts';
import type { UploadView } from '../../contract/uploads.ts';
import type { Transaction } from '../../db/database.ts';
import type { LocationRow, UploadRow } from '../../db/define-schema.ts';
import { listLocationsOfUpload, updateLocation } from '../../db/repositories/locations.ts';
import { findImage } from '../../db/repositories/images.ts';
import { findUpload } from '../../db/repositories/uploads.ts';
import type { Context } from '../../runtime/context.ts';
import { getUpload, showUpload } from './get.ts';
import { takeFromOthers } from './lease.ts';
import { promisedBytes } from './promised-bytes.ts';
import { uploadChanged } from './publish.ts';

/** Goes on without a store that failed: what lies there is removed, the others keep what they have. */
export async function leaveOutStore(
  ctx: Context,
  { uploadId, storeId }: { uploadId: string; storeId: string },
): Promise<UploadView> {
  const { runtime } = ctx;
  const { image_id } = await getUpload(ctx, uploadId, 'write');
  const signal = ctx.signal ?? AbortSignal.timeout(30_000);
  const release = await runtime.uploads.lock(uploadId, signal);
  try {
    await takeFromOthers(runtime, uploadId, signal);
    if (runtime.uploads.progressOf(uploadId) !== null) {
      throw new StowageError('upload_locked', 'The bytes of this upload are being checked just now.', {
        retryAfterSeconds: 5,
      });
    }
    await runtime.db.transaction(async (q) => {
      await q.lock(image_id);
      const upload = await findUpload(q, uploadId);
      if (upload?.state !== 'receiving') {
        throw new StowageError('wrong_state', `This upload is ${upload?.state ?? 'gone'}.`);
      }
      const locations = (await listLocationsOfUpload(q, uploadId)).filter(
        (location) => location.state === 'writing',
      );
      const location = locations.find((candidate) => candidate.store_id === storeId);
      if (location === undefined)
        throw new StowageError('not_found', `This upload does not go to ${storeId}.`);
      if (locations.length === 1) {
        throw new StowageError('last_location', `${storeId} is the only store of this upload.`, {
          remedy:
            'Wait until it can be written again, or give the upload up and begin another into another store.',
        });
      }
      const image = await findImage(q, upload.image_id);
      await updateLocation(q, location, image?.owner_id ?? '', {
        state: 'deleting',
        upload_id: null,
        updated_at: runtime.now(),
      });
      const kept = locations.filter((candidate) => candidate !== location);
      await chargeForOthers(q, upload, kept, image?.owner_id ?? '', runtime.now());
    });
  } finally {
    release();
  }
  runtime.reconciler.kick();
  uploadChanged(runtime, uploadId);
  return await showUpload(ctx, uploadId);
}

/** What goes on to other stores later stays charged when the store that it was promised to is the one that is left out. */
async function chargeForOthers(
  q: Transaction,
  upload: UploadRow,
  locations: readonly LocationRow[],
  ownerId: string,
  now: number,
): Promise<void> {
  if (upload.later_stores === null) return;
  const stores = locations.map(({ store_id }) => store_id);
  const lengthBytes = upload.length_bytes ?? upload.offset_bytes;
  for (const location of locations) {
    await updateLocation(q, location, ownerId, {
      reserved_bytes: promisedBytes(upload, stores, location.store_id, lengthBytes),
      updated_at: now,
    });
  }
}
