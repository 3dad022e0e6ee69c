import type { Queries, Transaction } from '../../db/database.ts';
import type { LocationRow, UploadRow } from '../../db/define-schema.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { lockRoom, noRoom, roomIn } from '../stores/assert-room.ts';

/**
 * How far an upload may go that did not say how long it will be. With a stated length the quotas were asked before the
 * first byte; without one they are asked again at every durable point, and in between nothing is taken beyond what was
 * left then.
 */
export interface UploadRoom {
  /** Throws `store_full` when the stores have no room for the upload to be so long. */
  assertHolds(uploadBytes: number): void;
  /** Before a transaction writes what it will measure, so that two do not take the same room. */
  lock(q: Transaction): Promise<void>;
  /** Asks again, in the transaction of a durable point; throws `store_full` when what is durable is too much already. */
  measure(q: Queries, durableBytes: number): Promise<void>;
}

/** Null when there is nothing to watch: the length is known, or no store of the upload has a quota. */
export async function openRoom(
  runtime: Runtime,
  upload: UploadRow,
  locations: readonly LocationRow[],
): Promise<UploadRoom | null> {
  if (upload.length_bytes !== null) return null;
  // One that the configuration does not name any more has no quota; whether the upload can do without it shows later.
  const limited = runtime.stores.list().filter(({ definition }) => definition.quotaBytes !== null);
  const stores = locations
    .map(({ store_id }) => store_id)
    .filter((id) => limited.some((store) => store.id === id));
  if (stores.length === 0) return null;
  const limits = new Map<string, number>();
  const room: UploadRoom = {
    assertHolds(uploadBytes) {
      for (const [store, limit] of limits) if (uploadBytes > limit) throw noRoom(store, uploadBytes - limit);
    },
    lock: (q) => lockRoom(runtime, q, stores),
    async measure(q, durableBytes) {
      // What is durable of this upload is counted as taken already.
      for (const store of stores) limits.set(store, durableBytes + ((await roomIn(runtime, q, store)) ?? 0));
      room.assertHolds(durableBytes);
    },
  };
  await room.measure(runtime.db.read, upload.offset_bytes);
  return room;
}
