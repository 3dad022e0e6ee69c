import { leaseSeconds, pieceSizeBytes, uploadExpirySeconds } from '../../contract/limits.ts';
import type { Transaction } from '../../db/database.ts';
import type { ImageRow, LocationRow, UploadRow } from '../../db/define-schema.ts';
import { savePieces } from '../../db/repositories/images.ts';
import { updateLocation } from '../../db/repositories/locations.ts';
import { updateUpload } from '../../db/repositories/uploads.ts';
import type { RoadOptions, SinkProgress } from '../../pipeline/types.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Quota } from '../quotas/enforce.ts';
import { toStowageError } from '../stores/to-stowage-error.ts';
import { leaseLost } from './lease.ts';
import { promisedBytes } from './promised-bytes.ts';
import type { UploadRoom } from './room.ts';

type DurableProgress = Parameters<NonNullable<RoadOptions['onDurable']>>[0];

/** What one request writes to. */
interface Append {
  runtime: Runtime;
  upload: UploadRow;
  image: ImageRow;
  locations: readonly LocationRow[];
  /** Null when the length is known or no store has a quota. */
  room: UploadRoom | null;
  /** Null when the length is known: then all of it was charged before the first byte. */
  quota: Quota | null;
}

/**
 * What one request has made durable. Recorded in the database before anybody is told of the offset; but an upload that
 * comes whole within the first point is recorded by the transaction that makes it active, and only if that does not
 * come about by one of its own. Killed in between, its bytes come again: nobody was told of them.
 */
export class DurableRecord {
  readonly #append: Append;
  #kept: DurableProgress | null = null;

  constructor(append: Append) {
    this.#append = append;
  }

  async record(progress: DurableProgress): Promise<void> {
    const { upload, locations } = this.#append;
    const isWhole = upload.offset_bytes === 0 && progress.durableBytes === upload.length_bytes;
    const isFirst = locations.every(({ bytes }) => bytes === 0);
    // More than one piece is hashed on the way and told here alone.
    const isOnePiece = progress.durableBytes <= pieceSizeBytes;
    const hasFailed = progress.sinks.some(({ failure }) => failure !== null);
    this.#kept = progress;
    if (!isWhole || !isFirst || !isOnePiece || hasFailed) await this.save();
  }

  /** Records what `record` has kept back. */
  async save(): Promise<void> {
    const progress = this.#kept;
    this.#kept = null;
    if (progress !== null) await saveDurable(this.#append, progress);
  }
}

async function saveDurable(
  { runtime, upload, image, locations, room, quota }: Append,
  progress: DurableProgress,
): Promise<void> {
  await runtime.db.transaction(async (q) => {
    quota?.enforce(q);
    await q.lock(image.id);
    await room?.lock(q);
    const now = await q.now();
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
    if (quota !== null && upload.later_stores !== null) {
      await chargeForLater(q, { upload, image, locations }, progress.durableBytes, now);
    }
    await room?.measure(q, progress.durableBytes);
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
  location.error = sink.failure === null ? null : toStowageError(sink.failure).message;
  await updateLocation(q, location, image.owner_id, {
    bytes: durableBytes,
    resume_state: resumeState,
    error: location.error,
    updated_at: now,
  });
}

/** Of an upload without a stated length: these bytes will also be kept in the stores that are filled once it is active. */
async function chargeForLater(
  q: Transaction,
  { upload, image, locations }: Pick<Append, 'upload' | 'image' | 'locations'>,
  durableBytes: number,
  now: number,
): Promise<void> {
  const stores = locations.map(({ store_id }) => store_id);
  for (const location of locations) {
    const promised = promisedBytes(upload, stores, location.store_id, durableBytes);
    if (promised === durableBytes) continue;
    await updateLocation(q, location, image.owner_id, { reserved_bytes: promised, updated_at: now });
  }
}
