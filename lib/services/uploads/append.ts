import { hasCode, StowageError } from '../../contract/errors.ts';
import { heartbeatSeconds, leaseSeconds, uploadExpirySeconds } from '../../contract/limits.ts';
import type { Transaction } from '../../db/database.ts';
import type { ImageRow, LocationRow, UploadRow } from '../../db/define-schema.ts';
import { findImage, savePieces } from '../../db/repositories/images.ts';
import { listLocationsOfUpload, updateLocation } from '../../db/repositories/locations.ts';
import { findUpload, leaseUpload, updateUpload } from '../../db/repositories/uploads.ts';
import { openRoad } from '../../pipeline/road.ts';
import type { HashName, Piece, Road, RoadOptions, SinkProgress } from '../../pipeline/types.ts';
import type { Context } from '../../runtime/context.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { isStoreFault, type ObjectWriter } from '../../stores/store.ts';
import { toStowageError } from '../stores/to-stowage-error.ts';
import { failUpload } from './fail.ts';
import { finishUpload } from './finish.ts';
import { uploadChanged } from './publish.ts';
import type { ActiveAppend } from './sessions.ts';

export interface AppendRequest {
  uploadId: string;
  /** Where the caller believes the upload to stand. */
  offset: number;
  /** Batches of what is to be appended. Null at the end. */
  next(signal: AbortSignal): Promise<readonly Piece[] | null>;
}

export interface Appended {
  /** Durable in every store of the upload. */
  offset: number;
  /** True when the image is active (or will be, as soon as a lost hash has been read back). */
  complete: boolean;
}

type DurableProgress = Parameters<NonNullable<RoadOptions['onDurable']>>[0];

/**
 * Takes bytes into an upload: through the pipeline straight into its stores. What is acknowledged is durable. However
 * it ends, the row says where to go on; the last byte also proves, commits and activates the image.
 */
export async function appendToUpload(ctx: Context, request: AppendRequest): Promise<Appended> {
  const { runtime } = ctx;
  const session = runtime.uploads.begin(request.uploadId, request.offset);
  let held: UploadRow | null = null;
  try {
    held = await takeUpload(runtime, request);
    return await append(ctx, request, held, session);
  } finally {
    // Only then has it ended: the server waits for that before it closes the database.
    if (held !== null) await letGo(runtime, held).finally(() => session.end());
    else session.end();
    uploadChanged(runtime, request.uploadId);
  }
}

async function takeUpload(runtime: Runtime, { uploadId, offset }: AppendRequest): Promise<UploadRow> {
  const now = runtime.now();
  return await runtime.db.transaction(async (q) => {
    const upload = await findUpload(q, uploadId);
    if (upload === null) {
      throw new StowageError(
        'not_found',
        'There is no such upload; it was finished, given up or has expired.',
      );
    }
    // Before the lease is taken: it would be taken from whoever is checking the bytes just now.
    assertTakes(upload, offset);
    const held = await leaseUpload(q, uploadId, runtime.processId, now, now + leaseSeconds * 1000);
    if (held !== null) return held;
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
async function letGo(runtime: Runtime, upload: UploadRow): Promise<void> {
  await runtime.db.transaction((q) =>
    updateUpload(
      q,
      upload.id,
      { lease_holder: null, lease_expires_at: null, updated_at: runtime.now() },
      upload.lease_fence,
    ),
  );
}

async function append(
  ctx: Context,
  request: AppendRequest,
  upload: UploadRow,
  session: ActiveAppend,
): Promise<Appended> {
  const { runtime } = ctx;
  const image = await findImage(runtime.db.read, upload.image_id);
  if (image === null) throw gone();
  const locations = (await listLocationsOfUpload(runtime.db.read, upload.id)).filter(
    (location) => location.state === 'writing',
  );
  const writers = await openWriters(ctx, upload, locations);
  const road = await openRoad(
    {
      startOffset: upload.offset_bytes,
      sizeBytes: upload.length_bytes,
      writers: writers.map(({ location, writer }) => ({ storeId: location.store_id, writer })),
      hashes: hashesFor(runtime),
      hashSession: upload.id,
      inspect: true,
      inspectorSnapshot: upload.inspector_snapshot ?? undefined,
      allMustSucceed: upload.all_stores_must_succeed,
      // No signal: who interrupts wants what has arrived to become durable, and the body stops by itself.
      onDurable: (progress) => saveDurable(runtime, upload, image, locations, progress),
    },
    { slots: runtime.slots, hashPool: runtime.hashPool },
  );
  const heartbeat = setInterval(() => void beat(ctx, upload), heartbeatSeconds * 1000);
  try {
    await carry(runtime, request, road, session);
    // A plain PUT in chunks has no stated length: its end is the end of the image.
    const lengthBytes = upload.length_bytes ?? (upload.kind === 'put' ? road.position : null);
    if (road.position === lengthBytes) {
      await finishUpload(ctx, { upload, image, locations, writers, road, signal: session.signal });
      return { offset: lengthBytes, complete: true };
    }
    return { offset: await road.flush(), complete: false };
  } catch (thrown) {
    const error = toStowageError(thrown, session.signal);
    // These bytes will never become an image: more of them, or the same again, would not help.
    if (hasCode(error, 'unsafe_image', 'format_mismatch', 'checksum_mismatch')) {
      await road.close();
      await failUpload(ctx, upload, error);
    }
    throw error;
  } finally {
    clearInterval(heartbeat);
    await road.close();
  }
}

async function carry(
  runtime: Runtime,
  request: AppendRequest,
  road: Road,
  session: ActiveAppend,
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
      await road.write(piece);
    }
  }
}

export function hashesFor(runtime: Runtime): HashName[] {
  if (runtime.config.benchmarkWithoutHashes) return [];
  return runtime.config.checksumMd5 === 'inline' ? ['sha512', 'md5'] : ['sha512'];
}

export interface OpenWriter {
  location: LocationRow;
  writer: ObjectWriter;
}

/**
 * Opens each store at the durable offset. A store that cannot be opened stops the upload when all must succeed, and is
 * left out otherwise.
 */
async function openWriters(ctx: Context, upload: UploadRow, locations: LocationRow[]): Promise<OpenWriter[]> {
  const opened: OpenWriter[] = [];
  for (const location of locations) {
    // It failed before and was left behind; a file that is long enough proves nothing about bytes never synced.
    if (location.bytes < upload.offset_bytes) continue;
    try {
      opened.push({ location, writer: await openWriter(ctx.runtime, upload, location) });
    } catch (thrown) {
      const error = toStowageError(thrown);
      await noteStoreError(ctx.runtime, location, error.message);
      if (upload.all_stores_must_succeed) {
        await Promise.all(opened.map(({ writer }) => writer.close()));
        throw error;
      }
      ctx.log.warn(
        { err: thrown, upload: upload.id, store: location.store_id },
        'a store was left out of an upload',
      );
    }
  }
  if (opened.length === 0) {
    throw new StowageError('store_unavailable', 'None of the stores of this upload can be written now.', {
      remedy: 'Go on later; what was stored is kept.',
      retryAfterSeconds: 30,
    });
  }
  return opened;
}

async function openWriter(runtime: Runtime, upload: UploadRow, location: LocationRow): Promise<ObjectWriter> {
  const store = runtime.stores.writable(location.store_id);
  const sizeBytes = upload.length_bytes;
  const point = { durableBytes: upload.offset_bytes, resumeState: location.resume_state };
  if (upload.offset_bytes > 0) return await store.resume(location.object_key, { sizeBytes, ...point });
  try {
    return await store.begin(location.object_key, { sizeBytes });
  } catch (error) {
    if (!isStoreFault(error, 'exists')) throw error;
    // An earlier request began and wrote nothing that counts.
    await store.discard(location.object_key, location.resume_state);
    return await store.begin(location.object_key, { sizeBytes });
  }
}

/** After each durable point, in one transaction, before anybody is told of the offset. */
async function saveDurable(
  runtime: Runtime,
  upload: UploadRow,
  image: ImageRow,
  locations: readonly LocationRow[],
  progress: DurableProgress,
): Promise<void> {
  await runtime.db.transaction(async (q) => {
    const now = runtime.now();
    const mine = await updateUpload(
      q,
      upload.id,
      {
        offset_bytes: progress.durableBytes,
        inspector_snapshot: progress.inspectorSnapshot,
        lease_expires_at: now + leaseSeconds * 1000,
        expires_at: now + uploadExpirySeconds * 1000,
        updated_at: now,
      },
      upload.lease_fence,
    );
    if (!mine) throw leaseLost();
    await savePieces(q, image.id, progress.pieces);
    for (const sink of progress.sinks) await saveSink(q, image, locations, sink, now);
  });
}

async function saveSink(
  q: Transaction,
  image: ImageRow,
  locations: readonly LocationRow[],
  sink: SinkProgress,
  now: number,
): Promise<void> {
  const location = locations.find((candidate) => candidate.store_id === sink.storeId);
  if (location === undefined) return;
  const { durableBytes, resumeState } = sink.durable;
  location.bytes = durableBytes;
  location.resume_state = resumeState;
  await updateLocation(q, location, image.owner_id, {
    bytes: durableBytes,
    resume_state: resumeState,
    error: sink.failure === null ? null : toStowageError(sink.failure).message,
    updated_at: now,
  });
}

async function noteStoreError(runtime: Runtime, location: LocationRow, message: string): Promise<void> {
  await runtime.db.transaction((q) =>
    updateLocation(q, location, '', { error: message, updated_at: runtime.now() }),
  );
}

async function beat({ runtime, log }: Context, upload: UploadRow): Promise<void> {
  try {
    const now = runtime.now();
    const mine = await runtime.db.transaction((q) =>
      updateUpload(
        q,
        upload.id,
        { lease_expires_at: now + leaseSeconds * 1000, updated_at: now },
        upload.lease_fence,
      ),
    );
    if (!mine) runtime.uploads.interrupt(upload.id);
  } catch (error) {
    log.warn({ err: error, upload: upload.id }, 'the lease of an upload could not be extended');
  }
}

export function leaseLost(): StowageError {
  return new StowageError('lease_lost', 'Another request has taken this upload over.', {
    remedy: 'Ask for the offset (HEAD) and go on from there.',
  });
}

function gone(): StowageError {
  return new StowageError('gone', 'The image of this upload was deleted.', { remedy: 'Begin a new upload.' });
}
