import { and, inArray, eq } from 'drizzle-orm';
import { openTransferStates } from '#lib/domain/transfer-state.ts';
import type { Queries } from '../database.ts';
import { findByIds } from '../prepared.ts';

/** Stores that a running `import` of the Images API still has to fill, by image. Images without any are left out. */
export async function listImportingStores(
  q: Queries,
  imageIds: readonly string[],
): Promise<Map<string, string[]>> {
  const stores = new Map<string, string[]>();
  if (imageIds.length === 0) return stores;
  const { transfers } = q.tables;
  const rows = await findByIds(q, 'importing stores', transfers.image_id, imageIds, (isOne) =>
    q.db
      .select({ imageId: transfers.image_id, store: transfers.target_store })
      .from(transfers)
      .where(and(isOne, eq(transfers.by_import, true), inArray(transfers.state, [...openTransferStates]))),
  );
  for (const { imageId, store } of rows) stores.set(imageId, [...(stores.get(imageId) ?? []), store]);
  return stores;
}
