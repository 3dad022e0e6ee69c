import { StowageError } from '../../contract/errors.ts';
import type { UploadRow } from '../../db/define-schema.ts';
import { deleteUploadRow } from '../../db/repositories/uploads.ts';
import type { Context } from '../../runtime/context.ts';
import { dropBytes } from './fail.ts';
import { getUpload } from './get.ts';
import { uploadGone } from './publish.ts';

/** Gives an upload up: its bytes go, and the image too when only this upload made it. A complete one is only dismissed. */
export async function removeUpload(ctx: Context, uploadId: string): Promise<void> {
  const upload = await getUpload(ctx, uploadId, 'write');
  if (upload.state === 'checking') {
    throw new StowageError(
      'wrong_state',
      'All bytes are here and are being checked; this upload cannot be given up any more.',
      {
        remedy: 'Delete the image when it is active.',
      },
    );
  }
  await giveUpUpload(ctx, upload);
}

/** The same without asking who wants it: for expiry and for the deletion of the image. */
export async function giveUpUpload(ctx: Context, upload: UploadRow): Promise<void> {
  ctx.runtime.uploads.interruptEverywhere(upload.id);
  await ctx.runtime.db.transaction(async (q) => {
    if (upload.state !== 'done') await dropBytes(ctx, q, upload, upload.owns_image ? 'remove' : 'requeue');
    await deleteUploadRow(q, upload.id);
  });
  ctx.runtime.reconciler.kick();
  uploadGone(ctx.runtime, upload);
}
