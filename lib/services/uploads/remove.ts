import { StowageError } from '../../contract/errors.ts';
import type { UploadRow } from '../../db/define-schema.ts';
import { deleteUploadRow, findUpload } from '../../db/repositories/uploads.ts';
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

/**
 * The same without asking who wants it. With `onlyIfIdle` an upload that somebody is at work on, or has gone on with
 * since it was read, is left alone; false then, and when it was gone already.
 */
export async function giveUpUpload(
  ctx: Context,
  upload: UploadRow,
  { onlyIfIdle = false }: { onlyIfIdle?: boolean } = {},
): Promise<boolean> {
  if (!onlyIfIdle) ctx.runtime.uploads.interruptEverywhere(upload.id);
  const isGivenUp = await ctx.runtime.db.transaction(async (q) => {
    await q.lock(upload.image_id);
    const current = await findUpload(q, upload.id);
    if (current === null) return false;
    if (onlyIfIdle && (current.lease_fence !== upload.lease_fence || isHeld(current, await q.now())))
      return false;
    const isWaiting = current.state !== 'done' || current.kind === 'stage';
    if (isWaiting) await dropBytes(ctx, q, current, upload.owns_image ? 'remove' : 'requeue');
    await deleteUploadRow(q, upload.id);
    return true;
  });
  if (!isGivenUp) return false;
  if (onlyIfIdle) ctx.runtime.uploads.interruptEverywhere(upload.id);
  ctx.runtime.reconciler.kick();
  uploadGone(ctx.runtime, upload);
  return true;
}

function isHeld({ lease_holder, lease_expires_at }: UploadRow, now: number): boolean {
  return lease_holder !== null && (lease_expires_at ?? 0) > now;
}
