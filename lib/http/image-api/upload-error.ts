import { hasCode, StowageError } from '#lib/contract/errors.ts';

/** A store that takes nothing, and an image that was deleted meanwhile, are 410 when bytes are sent. */
export function toUploadError(error: unknown): unknown {
  if (!hasCode(error, 'store_read_only', 'upload_locked')) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StowageError('gone', message, { cause: error });
}
