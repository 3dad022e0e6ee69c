import type { LocationRow } from '#lib/db/define-schema.ts';
import { findLocation } from '#lib/db/repositories/locations.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { removeObject } from './remove-object.ts';

/**
 * While this process was frozen or cut off, its work may have been given up and the object removed: what it has begun
 * or published after that nobody would name any more. What a row still names is left to whoever has it now. For a
 * writer that has let go; never rejects.
 */
export async function discardUnnamed(runtime: Runtime, location: LocationRow): Promise<void> {
  const { id, store_id: storeId, object_key: key } = location;
  try {
    if ((await findLocation(runtime.db.read, id)) !== null) return;
    const store = runtime.stores.writable(storeId);
    await removeObject(store, location);
  } catch (error) {
    runtime.log.warn({ err: error, store: storeId, key }, 'an object that nobody names could not be removed');
  }
}
