import { StowageError } from '#lib/contract/errors.ts';
import type { Transaction } from '#lib/db/database.ts';
import type { ImageRow, UploadRow } from '#lib/db/define-schema.ts';
import { deletePieces, updateImage } from '#lib/db/repositories/images.ts';
import { listLocationsOfUpload, updateLocation } from '#lib/db/repositories/locations.ts';
import { deleteUploadRow, findUploadsOfImage, updateUpload } from '#lib/db/repositories/uploads.ts';
import type { Context } from '#lib/runtime/context.ts';
import type { Proved } from '../uploads/prove.ts';

/** The staged bytes are all here and durable: what is known of them waits with them for the import. */
export async function keepStaged(
  q: Transaction,
  { upload, image, proved, now }: { upload: UploadRow; image: ImageRow; proved: Proved; now: number },
): Promise<void> {
  const { sizeBytes, md5, sha512, inspection } = proved;
  if (sha512 === null || inspection === null) {
    throw new StowageError('internal', 'The staged bytes could not be hashed.');
  }
  await updateUpload(q, upload.id, { staged: { sizeBytes, md5, sha512, inspection }, updated_at: now });
  await updateImage(q, image, { size_bytes: sizeBytes, updated_at: now });
}

/** Whoever uploads into an image, or stages anew, does not want what was staged before and never imported. */
export async function dropStaged({ runtime }: Context, q: Transaction, image: ImageRow): Promise<void> {
  const now = runtime.now();
  for (const upload of await findUploadsOfImage(q, image.id)) {
    if (upload.kind !== 'stage' || upload.state !== 'done') continue;
    for (const location of await listLocationsOfUpload(q, upload.id)) {
      if (location.state === 'deleting') continue;
      await updateLocation(q, location, image.owner_id, {
        state: 'deleting',
        next_attempt_at: null,
        updated_at: now,
      });
    }
    await deletePieces(q, image.id);
    await deleteUploadRow(q, upload.id);
    q.afterCommit(() => runtime.reconciler.kick());
  }
}
