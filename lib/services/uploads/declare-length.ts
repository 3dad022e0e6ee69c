import { StowageError } from '../../contract/errors.ts';
import { updateUpload } from '../../db/repositories/uploads.ts';
import type { Context } from '../../runtime/context.ts';
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
  await ctx.runtime.db.transaction((q) =>
    updateUpload(q, uploadId, { length_bytes: lengthBytes, updated_at: ctx.runtime.now() }),
  );
}
