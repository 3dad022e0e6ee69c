import { setTimeout as delay } from 'node:timers/promises';
import { StowageError } from '../../contract/errors.ts';
import { heartbeatSeconds, leaseSeconds } from '../../contract/limits.ts';
import type { ImageRow, LocationRow, UploadRow } from '../../db/define-schema.ts';
import { findImage } from '../../db/repositories/images.ts';
import { listLocationsOfUpload } from '../../db/repositories/locations.ts';
import { findUpload, leaseUpload, updateUpload } from '../../db/repositories/uploads.ts';
import type { Context } from '../../runtime/context.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { thisMoment, type Tenure } from '../../stores/fenced-writer.ts';

const askEveryMilliseconds = 100;
const patienceMilliseconds = 10_000;

export interface TakenUpload {
  upload: UploadRow;
  /** Null when it was deleted. */
  image: ImageRow | null;
  locations: LocationRow[];
}

/**
 * The upload, held by this process until `letGo`, if it stands where the caller believes; with what it fills, which
 * costs less inside the transaction than after it.
 */
export async function takeUpload(
  runtime: Runtime,
  { uploadId, offset }: { uploadId: string; offset: number },
): Promise<TakenUpload> {
  return await runtime.db.transaction(async (q) => {
    const now = await q.now();
    const expiresAt = now + leaseSeconds * 1000;
    const held = await leaseUpload(q, uploadId, runtime.processId, now, expiresAt, offset);
    if (held !== null) {
      const image = await findImage(q, held.image_id);
      return { upload: held, image, locations: await listLocationsOfUpload(q, uploadId) };
    }
    const upload = await findUpload(q, uploadId);
    if (upload === null) {
      throw new StowageError(
        'not_found',
        'There is no such upload; it was finished, given up or has expired.',
      );
    }
    assertTakes(upload, offset);
    throw lockedElsewhere();
  });
}

/**
 * Makes a request that writes to this upload through another server stop at a durable offset, and waits until it has.
 * A server that is dead holds it until its lease has run out. Throws `upload_locked` when it takes too long.
 */
export async function takeFromOthers(runtime: Runtime, uploadId: string, signal: AbortSignal): Promise<void> {
  if (runtime.db.channel === null) return;
  const q = runtime.db.read;
  for (let attempt = 0; ; attempt += 1) {
    const upload = await findUpload(q, uploadId);
    if (upload === null || upload.lease_holder === null || isOurs(runtime, upload.lease_holder)) return;
    if ((upload.lease_expires_at ?? 0) <= (await q.now())) return;
    if (attempt * askEveryMilliseconds >= patienceMilliseconds || signal.aborted) throw lockedElsewhere();
    if (attempt % 10 === 0) runtime.peers.tell({ type: 'let-go', upload: uploadId });
    await delay(askEveryMilliseconds);
  }
}

/** Also what finishes an upload here bears our name, with a suffix. */
export function isOurs(runtime: Runtime, holder: string): boolean {
  return holder.split('/')[0] === runtime.processId;
}

function lockedElsewhere(): StowageError {
  return new StowageError('upload_locked', 'This upload is being written through another server.', {
    retryAfterSeconds: 5,
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
export function keepLease({ runtime, log }: Context, upload: UploadRow, tenure?: Tenure): () => void {
  const timer = setInterval(() => {
    beat(runtime, upload, tenure).catch((error: unknown) => {
      log.warn({ err: error, upload: upload.id }, 'the lease of an upload could not be extended');
    });
  }, heartbeatSeconds * 1000);
  timer.unref();
  return () => clearInterval(timer);
}

async function beat(runtime: Runtime, upload: UploadRow, tenure: Tenure | undefined): Promise<void> {
  const askedAt = thisMoment();
  const mine = await runtime.db.transaction(async (q) => {
    const now = await q.now();
    const changes = { lease_expires_at: now + leaseSeconds * 1000, updated_at: now };
    return await updateUpload(q, upload.id, changes, upload.lease_fence);
  });
  if (mine) tenure?.extend(askedAt);
  else runtime.uploads.interrupt(upload.id);
}

export function leaseLost(): StowageError {
  return new StowageError('lease_lost', 'Another request has taken this upload over.', {
    remedy: 'Ask for the offset (HEAD) and go on from there.',
  });
}
