import { StowageError } from '../../contract/errors.ts';
import { heartbeatSeconds, leaseSeconds } from '../../contract/limits.ts';
import type { UploadRow } from '../../db/define-schema.ts';
import { findUpload, leaseUpload, updateUpload } from '../../db/repositories/uploads.ts';
import type { Context } from '../../runtime/context.ts';
import type { Runtime } from '../../runtime/runtime.ts';

/** The upload, held by this process until `letGo`, if it stands where the caller believes. */
export async function takeUpload(
  runtime: Runtime,
  { uploadId, offset }: { uploadId: string; offset: number },
): Promise<UploadRow> {
  const now = runtime.now();
  const expiresAt = now + leaseSeconds * 1000;
  return await runtime.db.transaction(async (q) => {
    const held = await leaseUpload(q, uploadId, runtime.processId, now, expiresAt, offset);
    if (held !== null) return held;
    const upload = await findUpload(q, uploadId);
    if (upload === null) {
      throw new StowageError(
        'not_found',
        'There is no such upload; it was finished, given up or has expired.',
      );
    }
    assertTakes(upload, offset);
    throw new StowageError('upload_locked', 'This upload is being written through another server.', {
      retryAfterSeconds: 5,
    });
  });
}

function assertTakes(upload: UploadRow, offset: number): void {
  if (upload.state !== 'receiving') {
    throw new StowageError(
      'wrong_state',
      `This upload is ${upload.state === 'failed' ? 'ended by an error' : 'complete'} and takes no more bytes.`,
    );
  }
  if (upload.offset_bytes !== offset) {
    throw new StowageError(
      'offset_mismatch',
      `The upload stands at ${upload.offset_bytes}, not at ${offset}.`,
      {
        remedy: 'Ask for the offset (HEAD) and go on from there.',
      },
    );
  }
}

/** Gives the lease back, so that the next request need not wait for it to run out. */
export async function letGo(runtime: Runtime, upload: UploadRow): Promise<void> {
  await runtime.db.transaction((q) =>
    updateUpload(
      q,
      upload.id,
      { lease_holder: null, lease_expires_at: null, updated_at: runtime.now() },
      upload.lease_fence,
    ),
  );
}

/** Extends the lease at a third of it until the result is called; who loses it stops. */
export function keepLease({ runtime, log }: Context, upload: UploadRow): () => void {
  const timer = setInterval(() => {
    beat(runtime, upload).catch((error: unknown) => {
      log.warn({ err: error, upload: upload.id }, 'the lease of an upload could not be extended');
    });
  }, heartbeatSeconds * 1000);
  return () => clearInterval(timer);
}

async function beat(runtime: Runtime, upload: UploadRow): Promise<void> {
  const now = runtime.now();
  const changes = { lease_expires_at: now + leaseSeconds * 1000, updated_at: now };
  const mine = await runtime.db.transaction((q) => updateUpload(q, upload.id, changes, upload.lease_fence));
  if (!mine) runtime.uploads.interrupt(upload.id);
}

export function leaseLost(): StowageError {
  return new StowageError('lease_lost', 'Another request has taken this upload over.', {
    remedy: 'Ask for the offset (HEAD) and go on from there.',
  });
}
