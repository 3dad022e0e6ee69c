import { hasCode, StowageError } from '../../contract/errors.ts';
import type { UploadRow } from '../../db/define-schema.ts';
import { openRoad } from '../../pipeline/road.ts';
import type { Piece, Road } from '../../pipeline/types.ts';
import type { Context } from '../../runtime/context.ts';
import type { ActiveAppend } from '../../runtime/parts.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { FencedWriter, Tenure, thisMoment } from '../../stores/fenced-writer.ts';
import { freeChunk } from '../../streams/young-memory.ts';
import { discardUnnamed } from '../../transfers/discard-unnamed.ts';
import { openQuota } from '../quotas/enforce.ts';
import { toStowageError } from '../stores/to-stowage-error.ts';
import { failUpload } from './fail.ts';
import { finishUpload } from './finish.ts';
import { hashesFor } from './hashes.ts';
import { keepLease, letGo, takeUpload, type TakenUpload } from './lease.ts';
import { closeWriters, openWriters } from './open-writers.ts';
import { uploadChanged } from './publish.ts';
import { openRoom, type UploadRoom } from './room.ts';
import { DurableRecord } from './save-durable.ts';

export interface AppendRequest {
  uploadId: string;
  /** Where the caller believes the upload to stand. */
  offset: number;
  /** Batches of what is to be appended; their memory is freed once it is copied. Null at the end. */
  next(signal: AbortSignal): Promise<readonly Piece[] | null>;
}

export interface Appended {
  /** Durable in every store of the upload. */
  offset: number;
  /** True when the image is active (or will be, as soon as a lost hash has been read back). */
  complete: boolean;
}

/**
 * Takes bytes into an upload: through the pipeline straight into its stores. What is acknowledged is durable. However
 * it ends, the row says where to go on; the last byte also proves, commits and activates the image.
 */
export async function appendToUpload(ctx: Context, request: AppendRequest): Promise<Appended> {
  const { runtime } = ctx;
  const session = runtime.uploads.begin(request.uploadId, request.offset);
  let held: UploadRow | null = null;
  try {
    const tenure = new Tenure(runtime.db.channel === null ? null : thisMoment());
    const taken = await takeUpload(runtime, request);
    held = taken.upload;
    const appended = await append(ctx, request, taken, session, tenure);
    // Its lease ended in the transaction that made the image active.
    if (appended.complete) held = null;
    return appended;
  } finally {
    // Only then has it ended: the server waits for that before it closes the database.
    if (held !== null) await letGo(runtime, held).finally(() => session.end());
    else session.end();
    uploadChanged(runtime, request.uploadId);
  }
}

async function append(
  ctx: Context,
  request: AppendRequest,
  { upload, image, ...taken }: TakenUpload,
  session: ActiveAppend,
  tenure: Tenure,
): Promise<Appended> {
  const { runtime } = ctx;
  if (image === null) throw gone();
  const locations = taken.locations.filter((location) => location.state === 'writing');
  const room = await openRoom(runtime, upload, locations);
  // Asks elsewhere and may fail: before anything is open.
  const quota = upload.length_bytes === null ? await openQuota(runtime, image.owner_id) : null;
  const writers = (await openWriters(ctx, upload, locations)).map(({ location, writer }) => ({
    location,
    writer: new FencedWriter(writer, tenure),
  }));
  const durable = new DurableRecord({ runtime, upload, image, locations, room, quota });
  const road = await openRoad(
    {
      startOffset: upload.offset_bytes,
      sizeBytes: upload.length_bytes,
      writers: writers.map(({ location, writer }) => ({
        storeId: location.store_id,
        writer,
        resumeState: location.resume_state,
      })),
      hashes: hashesFor(runtime),
      hashSession: upload.id,
      inspect: true,
      inspectorSnapshot: upload.inspector_snapshot ?? undefined,
      onSpent: freeChunk,
      allMustSucceed: upload.all_stores_must_succeed,
      // No signal: who interrupts wants what has arrived to become durable, and the body stops by itself.
      onDurable: (progress) => durable.record(progress),
    },
    { slots: runtime.slots, hashPool: runtime.hashPool },
  ).catch(async (error: unknown) => {
    await closeWriters(writers);
    throw error;
  });
  // Nobody goes on with a plain PUT, nor with what is finished or refused.
  let isOver = upload.kind !== 'tus';
  const endLease = keepLease(ctx, upload, tenure);
  try {
    await carry(runtime, request, road, session, room);
    // A plain PUT in chunks has no stated length: its end is the end of the image.
    const lengthBytes = upload.length_bytes ?? (upload.kind === 'tus' ? null : road.position);
    if (road.position === lengthBytes) {
      await finishUpload(ctx, { upload, image, locations, writers, road, session, quota });
      isOver = true;
      return { offset: lengthBytes, complete: true };
    }
    return { offset: await road.flush(), complete: false };
  } catch (thrown) {
    const error = toStowageError(thrown, session.signal);
    await durable.save().catch((failure: unknown) => {
      ctx.log.warn(
        { err: failure, upload: upload.id },
        'what an upload had made durable could not be recorded',
      );
    });
    // These bytes will never become an image: more of them, or the same again, would not help.
    if (hasCode(error, 'unsafe_image', 'format_mismatch', 'checksum_mismatch')) {
      isOver = true;
      await road.close();
      await failUpload(ctx, upload, error);
    } else if (hasCode(error, 'lease_lost', 'gone', 'upload_locked')) {
      await road.close();
      for (const location of locations) await discardUnnamed(runtime, location);
    }
    throw error;
  } finally {
    endLease();
    await road.close();
    if (isOver) runtime.hashPool.forget(upload.id);
  }
}

async function carry(
  runtime: Runtime,
  request: AppendRequest,
  road: Road,
  session: ActiveAppend,
  room: UploadRoom | null,
): Promise<void> {
  const limit = runtime.config.limits.imageSizeBytes;
  for (;;) {
    const batch = await request.next(session.signal);
    if (batch === null) return;
    for (const piece of batch) {
      session.receivedBytes += piece instanceof Uint8Array ? piece.byteLength : piece.zeros;
      if (session.receivedBytes > limit) {
        throw new StowageError(
          'too_large',
          `The image has more than ${limit} bytes, the most that is taken here.`,
        );
      }
      room?.assertHolds(session.receivedBytes);
      await road.write(piece);
    }
  }
}

function gone(): StowageError {
  return new StowageError('gone', 'The image of this upload was deleted.', { remedy: 'Begin a new upload.' });
}
