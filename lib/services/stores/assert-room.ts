import { StowageError } from '#lib/contract/errors.ts';
import type { Queries, Transaction } from '#lib/db/database.ts';
import { sumStores } from '#lib/db/repositories/counters.ts';
import { sumReserved } from '#lib/db/repositories/transfers.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';

/**
 * Before a transaction asks for room in several stores, after it has locked its image: in the same order for all, so
 * that no two wait for each other.
 */
export async function lockRoom(
  { stores }: Pick<Runtime, 'stores'>,
  q: Transaction,
  storeIds: readonly string[],
): Promise<void> {
  for (const storeId of storeIds.toSorted()) {
    const known = stores.list().find(({ id }) => id === storeId);
    if (known !== undefined && known.definition.quotaBytes !== null) await q.lock(`store:${storeId}`);
  }
}

/**
 * Throws `store_full` when the quota of a store has no room for so many more bytes, counting what is promised to
 * uploads and copies under way. In the transaction that makes the promise, so that two cannot have the same room.
 */
export async function assertRoom(
  runtime: Pick<Runtime, 'stores'>,
  q: Transaction,
  storeId: string,
  bytes: number,
): Promise<void> {
  await lockRoom(runtime, q, [storeId]);
  const room = await roomIn(runtime, q, storeId);
  if (room !== null && bytes > room) throw noRoom(storeId, bytes);
}

/** Bytes that the quota of a store leaves; negative when it is overrun, null without one or when it is not configured. */
export async function roomIn(
  { stores }: Pick<Runtime, 'stores'>,
  q: Queries,
  storeId: string,
): Promise<number | null> {
  const quota = stores.list().find(({ id }) => id === storeId)?.definition.quotaBytes ?? null;
  if (quota === null) return null;
  const [sum] = await sumStores(q, { storeId });
  const reserved = (await sumReserved(q)).get(storeId) ?? 0;
  return quota - reserved - (sum?.stored_bytes ?? 0);
}

export function noRoom(storeId: string, bytes: number): StowageError {
  return new StowageError(
    'store_full',
    `The quota of the store "${storeId}" has no room for ${bytes} more bytes.`,
    {
      remedy: 'Remove images there, choose another store, or ask the operator for a greater quota.',
    },
  );
}
