import { hasCode } from '../../contract/errors.ts';
import type { LocationRow, UploadRow } from '../../db/define-schema.ts';
import { findImage } from '../../db/repositories/images.ts';
import { listLocationsOfUpload } from '../../db/repositories/locations.ts';
import { openRoadInspector } from '../../pipeline/inspection.ts';
import type { Context } from '../../runtime/context.ts';
import { FencedWriter, type Tenure } from '../../stores/fenced-writer.ts';
import { isStoreFault } from '../../stores/store.ts';
import { discardUnnamed } from '../../transfers/discard-unnamed.ts';
import { toStowageError } from '../stores/to-stowage-error.ts';
import { failUpload } from './fail.ts';
import { proveAndActivate } from './finish.ts';
import { keepLease, letGo } from './lease.ts';
import { assertFormats, notWhatArrived } from './prove.ts';

/**
 * Finishes an upload all of whose bytes are durable, after the process that received the last one died: publishes what
 * is not yet published, reads the bytes back once and activates the image. The caller holds the lease, for as long as
 * `tenure` says. Safe to repeat.
 */
export async function resumeFinish(ctx: Context, upload: UploadRow, tenure: Tenure): Promise<void> {
  const { runtime } = ctx;
  const session = runtime.uploads.begin(upload.id, upload.offset_bytes);
  const endLease = keepLease(ctx, upload, tenure);
  let locations: LocationRow[] = [];
  try {
    const image = await findImage(runtime.db.read, upload.image_id);
    const sizeBytes = upload.length_bytes;
    if (image === null || sizeBytes === null) return;
    locations = (await listLocationsOfUpload(runtime.db.read, upload.id)).filter(
      ({ state }) => state === 'writing' || state === 'verifying',
    );
    const inspector = openRoadInspector(sizeBytes, upload.inspector_snapshot ?? undefined);
    const inspection = inspector?.finish(sizeBytes) ?? null;
    assertFormats(image, inspection);
    const committed = await publishAll(ctx, { upload, locations, sizeBytes, tenure });
    const lost = { md5: null, sha512: null, pieces: [] };
    await proveAndActivate(ctx, {
      upload,
      image,
      locations,
      committed,
      digests: lost,
      inspection,
      sizeBytes,
      session,
    });
  } catch (thrown) {
    const error = toStowageError(thrown, session.signal);
    if (hasCode(error, 'unsafe_image', 'format_mismatch', 'checksum_mismatch')) {
      await failUpload(ctx, upload, error);
      return;
    }
    if (hasCode(error, 'lease_lost', 'gone')) {
      for (const location of locations) await discardUnnamed(runtime, location);
    }
    throw error;
  } finally {
    endLease();
    await letGo(runtime, upload).finally(() => session.end());
  }
}

/**
 * Those whose object stands under its key afterwards. A store that cannot be asked or written now is left out where the
 * upload allows that, but never the last one: what it holds is looked at again when it is back.
 */
async function publishAll(
  ctx: Context,
  {
    upload,
    locations,
    ...how
  }: { upload: UploadRow; locations: readonly LocationRow[]; sizeBytes: number; tenure: Tenure },
): Promise<LocationRow[]> {
  const committed: LocationRow[] = [];
  let failure: unknown = null;
  for (const location of locations) {
    try {
      if (await publish(ctx, location, how)) committed.push(location);
    } catch (error) {
      ctx.log.warn(
        { err: error, upload: upload.id, store: location.store_id },
        'a store could not publish an upload',
      );
      failure ??= error;
    }
  }
  if (failure !== null && (upload.all_stores_must_succeed || committed.length === 0)) throw failure;
  if (committed.length > 0) return committed;
  throw notWhatArrived();
}

/** True when the object stands under its key afterwards. Whether it does already only the store knows after a crash. */
async function publish(
  ctx: Context,
  location: LocationRow,
  { sizeBytes, tenure }: { sizeBytes: number; tenure: Tenure },
): Promise<boolean> {
  // It failed on the way and was left behind: what lies there may be long enough and is not what was acknowledged.
  if (location.bytes < sizeBytes) return false;
  const { object_key: key, resume_state: resumeState } = location;
  const store = ctx.runtime.stores.writable(location.store_id);
  try {
    const stat = await store.stat(key);
    // The commit may have been cut off before its last step: what it wrote under is nobody's to name from now on.
    await store.discard(key, resumeState);
    return stat.sizeBytes === sizeBytes;
  } catch (error) {
    if (!isStoreFault(error, 'not-found')) throw error;
  }
  // Of an empty one nothing can be resumed, and whoever died may have begun it.
  if (sizeBytes === 0) await store.discard(key, resumeState);
  const writer = new FencedWriter(
    sizeBytes === 0
      ? await store.begin(key, { sizeBytes })
      : await store.resume(key, { sizeBytes, durableBytes: sizeBytes, resumeState }),
    tenure,
  );
  try {
    await writer.commit();
  } finally {
    await writer.close();
  }
  return true;
}
