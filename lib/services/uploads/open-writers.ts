import { hasCode, StowageError } from '../../contract/errors.ts';
import type { LocationRow, UploadRow } from '../../db/define-schema.ts';
import { updateLocation } from '../../db/repositories/locations.ts';
import type { Context } from '../../runtime/context.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { isStoreFault, type ObjectWriter } from '../../stores/store.ts';
import { removeObject } from '../../transfers/remove-object.ts';
import { toStowageError } from '../stores/to-stowage-error.ts';

export interface OpenWriter {
  location: LocationRow;
  writer: ObjectWriter;
}

/**
 * Opens each store at the durable offset. A store that cannot be opened stops the upload when all must succeed, and is
 * left out otherwise.
 */
export async function openWriters(
  ctx: Context,
  upload: UploadRow,
  locations: LocationRow[],
): Promise<OpenWriter[]> {
  const opened: OpenWriter[] = [];
  try {
    for (const location of locations) await openOne(ctx, upload, location, opened);
    if (opened.length > 0) return opened;
  } catch (error) {
    await closeWriters(opened);
    throw error;
  }
  throw new StowageError('store_unavailable', 'None of the stores of this upload can be written now.', {
    remedy: 'Go on later; what was stored is kept.',
    retryAfterSeconds: 30,
  });
}

/** For writers that no road has taken over. Never rejects: what they hold counts for nothing yet. */
export async function closeWriters(writers: readonly { writer: ObjectWriter }[]): Promise<void> {
  await Promise.allSettled(writers.map(({ writer }) => writer.close()));
}

async function openOne(
  ctx: Context,
  upload: UploadRow,
  location: LocationRow,
  opened: OpenWriter[],
): Promise<void> {
  // It failed before and was left behind; a file that is long enough proves nothing about bytes never synced.
  if (location.bytes < upload.offset_bytes) return;
  try {
    opened.push({ location, writer: await openWriter(ctx.runtime, upload, location) });
  } catch (thrown) {
    const error = asBegun(thrown, upload, location);
    await noteStoreError(ctx.runtime, location, error.message);
    if (upload.all_stores_must_succeed) throw error;
    ctx.log.warn(
      { err: thrown, upload: upload.id, store: location.store_id },
      'a store was left out of an upload',
    );
  }
}

/** An upload that has begun cannot choose another store, as the remedy of an unknown one says. */
function asBegun(thrown: unknown, upload: UploadRow, { store_id }: LocationRow): StowageError {
  const error = toStowageError(thrown);
  if (!hasCode(error, 'unknown_store')) return error;
  return new StowageError('store_unavailable', `The store "${store_id}" is not configured any more.`, {
    remedy: `Ask an operator to put it back. An upload that has other stores goes on without it after DELETE /api/v1/uploads/${upload.id}/stores/${store_id}.`,
    cause: error,
  });
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
    // An earlier request wrote nothing that counts. It may even have published all, and died before it could say so.
    await removeObject(store, location);
    return await store.begin(location.object_key, { sizeBytes });
  }
}

async function noteStoreError(runtime: Runtime, location: LocationRow, message: string): Promise<void> {
  location.error = message;
  await runtime.db.transaction((q) =>
    updateLocation(q, location, '', { error: message, updated_at: runtime.now() }),
  );
}
