import type { StowageError } from '../../contract/errors.ts';
import type { Transaction } from '../../db/database.ts';
import type { UploadRow } from '../../db/define-schema.ts';
import { deleteImageRow, deletePieces, findImage, updateImage } from '../../db/repositories/images.ts';
import { listLocationsOfUpload, updateLocation } from '../../db/repositories/locations.ts';
import { deleteUploadRow, findUploadsOfImage, updateUpload } from '../../db/repositories/uploads.ts';
import type { Context } from '../../runtime/context.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { recordEvent } from '../events/record.ts';
import { isOurs } from './lease.ts';
import { uploadChanged } from './publish.ts';
import { toUploadStore } from './view.ts';

/**
 * These bytes will not become an image: their objects go, the image is `queued` again and can be uploaded into. A
 * resumable upload stays in the list with the reason, until it is dismissed.
 */
export async function failUpload(ctx: Context, upload: UploadRow, error: StowageError): Promise<void> {
  const { runtime } = ctx;
  await runtime.db.transaction(async (q) => {
    await q.lock(upload.image_id);
    const locations = await listLocationsOfUpload(q, upload.id);
    const mine = await updateUpload(
      q,
      upload.id,
      {
        state: 'failed',
        error: error.message,
        remedy: error.remedy ?? null,
        inspector_snapshot: null,
        outcome: locations
          .filter(({ state }) => state !== 'deleting')
          .map((location) => ({ ...toUploadStore(location), state: 'failed' })),
        updated_at: runtime.now(),
      },
      upload.lease_fence,
    );
    if (!mine) return;
    await dropBytes(ctx, q, upload, 'requeue');
    if (upload.kind !== 'tus') await deleteUploadRow(q, upload.id);
  });
  runtime.reconciler.kick();
  uploadChanged(runtime, upload.id);
}

/** Marks every object of the upload for removal and puts the image back, or removes it when only this upload made it. */
export async function dropBytes(
  ctx: Context,
  q: Transaction,
  upload: UploadRow,
  image: 'requeue' | 'remove',
): Promise<void> {
  const now = ctx.runtime.now();
  const row = await findImage(q, upload.image_id);
  for (const location of await listLocationsOfUpload(q, upload.id)) {
    const isKept = location.state === 'active' && upload.kind !== 'stage';
    if (location.state === 'deleting' || isKept) continue;
    await updateLocation(q, location, row?.owner_id ?? '', {
      state: 'deleting',
      next_attempt_at: removableFrom(ctx.runtime, upload),
      updated_at: now,
    });
  }
  if (row === null || !['saving', 'uploading', 'queued'].includes(row.status)) return;
  if (await isFilledByAnother(q, upload)) return;
  await deletePieces(q, row.id);
  if (image === 'remove') {
    await deleteImageRow(q, row, now);
  } else {
    await updateImage(q, row, {
      status: 'queued',
      size_bytes: null,
      virtual_size_bytes: null,
      updated_at: now,
    });
  }
  await recordEvent(
    ctx,
    q,
    { type: 'image', image_id: row.id, change: image === 'remove' ? 'deleted' : 'updated' },
    row.owner_id,
  );
}

/** What another process may be writing to is left alone until that one has heard of it, or its lease has run out. */
export function removableFrom(
  runtime: Runtime,
  { lease_holder, lease_expires_at }: UploadRow,
): number | null {
  return lease_holder === null || isOurs(runtime, lease_holder) ? null : lease_expires_at;
}

/** After an upload has failed, its image may be taken by the next one: then it is no longer the first one's to touch. */
async function isFilledByAnother(q: Transaction, { id, image_id }: UploadRow): Promise<boolean> {
  const uploads = await findUploadsOfImage(q, image_id);
  return uploads.some((other) => other.id !== id && ['receiving', 'checking'].includes(other.state));
}
