import { systemActor } from '../../auth/actor.ts';
import { StowageError } from '../../contract/errors.ts';
import { uploadExpirySeconds } from '../../contract/limits.ts';
import type { Transaction } from '../../db/database.ts';
import type { ImageRow, LocationRow, UploadRow } from '../../db/define-schema.ts';
import { deletePieces, findImage, savePieces, updateImage } from '../../db/repositories/images.ts';
import { findLocation, updateLocation } from '../../db/repositories/locations.ts';
import { deleteUploadRow, updateUpload } from '../../db/repositories/uploads.ts';
import type { Road } from '../../pipeline/types.ts';
import type { Context } from '../../runtime/context.ts';
import type { ActiveAppend } from '../../runtime/parts.ts';
import { recordEvent } from '../events/record.ts';
import type { Quota } from '../quotas/enforce.ts';
import { toStowageError } from '../stores/to-stowage-error.ts';
import { planCopies } from '../transfers/start-copies.ts';
import { keepStaged } from '../imports/keep-staged.ts';
import { chargeWhole } from './charge-whole.ts';
import { hashesFor } from './hashes.ts';
import { toActive } from './to-active.ts';
import { leaseLost } from './lease.ts';
import type { OpenWriter } from './open-writers.ts';
import {
  assertExpected,
  assertFormats,
  inspectStored,
  readBack,
  type Proved,
  type ProveAndActivate,
} from './prove.ts';
import { uploadChanged } from './publish.ts';
import { toUploadStore } from './view.ts';

const dayMilliseconds = 24 * 3600 * 1000;

export interface Finish {
  upload: UploadRow;
  image: ImageRow;
  /** All that the upload still goes to, failed sinks included. */
  locations: LocationRow[];
  writers: OpenWriter[];
  road: Road;
  session: ActiveAppend;
  /** Null when all of it was charged before. */
  quota: Quota | null;
}

/**
 * After the last byte: prove, commit in every store, then one transaction that makes the image active. Can be
 * repeated after a crash at any point (`resume-finish.ts`). Throws what is wrong with the bytes before anything of
 * them is published under its key.
 */
export async function finishUpload(ctx: Context, finish: Finish): Promise<void> {
  const { upload, image, road, writers, session } = finish;
  const { digests, inspection, sizeBytes } = await road.finish();
  assertFormats(image, inspection);
  assertExpected(upload, digests.sha512);
  if (finish.quota !== null) await chargeWhole(ctx, finish, finish.quota, sizeBytes);
  const failed = new Set(road.sinks().flatMap((sink) => (sink.failure === null ? [] : [sink.storeId])));
  const committed = await commitAll(
    ctx,
    upload,
    writers.filter(({ location }) => !failed.has(location.store_id)),
  );
  await proveAndActivate(ctx, {
    upload,
    image,
    locations: finish.locations,
    committed,
    digests,
    inspection,
    sizeBytes,
    session,
  });
}

/** From committed objects to an active image; reads one of them back when the running hash was lost on the way. */
export async function proveAndActivate(ctx: Context, published: ProveAndActivate): Promise<void> {
  let work = published;
  const { upload, image, digests, sizeBytes, inspection } = work;
  const isHashed = digests.sha512 !== null || hashesFor(ctx.runtime).length === 0;
  let proved: Proved;
  if (isHashed && digests.pieces.every((piece) => piece !== null)) {
    const last = digests.pieces.at(-1);
    const lastPiece = last == null ? null : { index: digests.pieces.length - 1, blake3: last };
    proved = { sizeBytes, md5: digests.md5, sha512: digests.sha512, inspection, pieces: null, lastPiece };
  } else {
    const read = await readBack(ctx, work);
    proved = read.proved;
    work = { ...work, committed: read.committed };
    assertExpected(upload, proved.sha512);
  }
  if (proved.inspection === null) proved.inspection = await inspectStored(ctx, work);
  await ctx.runtime.db.transaction((q) => activate(ctx, q, work, proved));
  uploadChanged(ctx.runtime, upload.id);
  if (proved.md5 === null && upload.kind !== 'stage') ctx.runtime.deferredMd5.add(image.id);
}

async function commitAll(ctx: Context, upload: UploadRow, writers: OpenWriter[]): Promise<LocationRow[]> {
  const outcomes = await Promise.allSettled(writers.map(({ writer }) => writer.commit()));
  const committed: LocationRow[] = [];
  let firstFailure: unknown;
  outcomes.forEach((outcome, i) => {
    const location = writers[i]?.location;
    if (location === undefined) return;
    if (outcome.status === 'fulfilled') {
      committed.push(location);
      return;
    }
    firstFailure ??= outcome.reason;
    ctx.log.warn(
      { err: outcome.reason, upload: upload.id, store: location.store_id },
      'a store could not publish an upload',
    );
  });
  if (committed.length === 0 || (upload.all_stores_must_succeed && firstFailure !== undefined)) {
    throw toStowageError(firstFailure);
  }
  return committed;
}

async function activate(ctx: Context, q: Transaction, work: ProveAndActivate, proved: Proved): Promise<void> {
  const { locations, committed } = work;
  const now = await q.now();
  await q.lock(work.image.id);
  const image = await findImage(q, work.image.id);
  if (image === null) throw new StowageError('gone', 'The image was deleted while its bytes arrived.');
  if (!(await endUpload(q, work, proved.sizeBytes, now))) throw leaseLost();
  const isStaged = work.upload.kind === 'stage';
  if (isStaged) await keepStaged(q, { upload: work.upload, image, proved, now });
  else await updateImage(q, image, toActive(image, proved, now));
  await keepPieces(q, image.id, proved);
  for (const location of locations) {
    const kept = committed.includes(location);
    const current = await findLocation(q, location.id);
    if (current === null || current.state === 'deleting') continue;
    await updateLocation(
      q,
      current,
      image.owner_id,
      kept
        ? {
            state: 'active',
            committed: true,
            bytes: proved.sizeBytes,
            verified_at: now,
            error: null,
            resume_state: null,
            upload_id: isStaged ? work.upload.id : null,
            updated_at: now,
          }
        : { state: 'deleting', upload_id: null, updated_at: now },
    );
  }
  await fillLeftOut(ctx, q, work);
  await sendOn(ctx, q, work);
  await recordEvent(ctx, q, { type: 'image', image_id: image.id, change: 'updated' }, image.owner_id);
}

async function keepPieces(q: Transaction, imageId: string, { pieces, lastPiece }: Proved): Promise<void> {
  if (pieces !== null) {
    await deletePieces(q, imageId);
    await savePieces(
      q,
      imageId,
      pieces.flatMap((blake3, index) => (blake3 === null ? [] : [{ index, blake3 }])),
    );
  } else if (lastPiece !== null) {
    await savePieces(q, imageId, [lastPiece]);
  }
}

/** A resumable upload stays for a day, so that whoever asks again learns that it is complete. */
async function endUpload(
  q: Transaction,
  { upload, locations, committed }: ProveAndActivate,
  sizeBytes: number,
  now: number,
): Promise<boolean> {
  const mine = await updateUpload(
    q,
    upload.id,
    {
      state: 'done',
      offset_bytes: sizeBytes,
      length_bytes: sizeBytes,
      inspector_snapshot: null,
      error: null,
      remedy: null,
      outcome: locations.map((location) =>
        committed.includes(location)
          ? { store: location.store_id, durable_bytes: sizeBytes, state: 'active', error: null }
          : { ...toUploadStore(location), state: 'failed' },
      ),
      lease_holder: null,
      lease_expires_at: null,
      updated_at: now,
      expires_at: now + (upload.kind === 'stage' ? uploadExpirySeconds * 1000 : dayMilliseconds),
    },
    upload.lease_fence,
  );
  if (mine && upload.kind === 'put') await deleteUploadRow(q, upload.id);
  return mine;
}

/** Stores that take an image only as a whole get theirs now; what only waited for that moves. */
async function sendOn(ctx: Context, q: Transaction, { upload, image }: ProveAndActivate): Promise<void> {
  if (upload.later_stores === null) return;
  await planCopies({ ...ctx, actor: systemActor }, q, {
    imageId: image.id,
    stores: upload.later_stores,
    moveFrom: upload.staging_store ?? undefined,
    whenBack: true,
    onRefused: (store, error) =>
      ctx.log.warn({ err: error, image: image.id, store }, 'a staged image could not be sent on'),
  });
}

/** Stores that failed on the way are filled by transfers; whoever uploaded need not be allowed to copy for that. */
async function fillLeftOut(
  ctx: Context,
  q: Transaction,
  { image, locations, committed }: ProveAndActivate,
): Promise<void> {
  const stores = locations
    .filter((location) => !committed.includes(location))
    .map((location) => location.store_id);
  if (stores.length === 0) return;
  q.afterCommit(() => ctx.runtime.reconciler.kick());
  await planCopies({ ...ctx, actor: systemActor }, q, {
    imageId: image.id,
    stores,
    // Most often such a store is out of reach at this very moment.
    whenBack: true,
    onRefused: (store, error) =>
      ctx.log.warn(
        { err: error, image: image.id, store },
        'a store that failed during an upload could not be filled',
      ),
  });
}
