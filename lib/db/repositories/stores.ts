import { eq } from 'drizzle-orm';
import type { StoreMarker } from '../../stores/store.ts';
import type { Queries } from '../database.ts';

export async function findStoreMarker(q: Queries, storeId: string): Promise<StoreMarker | null> {
  const rows = await q.db.select().from(q.tables.stores).where(eq(q.tables.stores.id, storeId)).limit(1);
  return rows[0]?.marker ?? null;
}

/** The first one holds: two machines that see a store for the first time have to see the same place. */
export async function saveStoreMarker(q: Queries, marker: StoreMarker, now: number): Promise<void> {
  await q.db
    .insert(q.tables.stores)
    .values({ id: marker.storeId, marker, first_seen_at: now })
    .onConflictDoNothing();
}
