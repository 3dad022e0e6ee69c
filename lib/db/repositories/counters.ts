import { and, eq, sql } from 'drizzle-orm';
import type { Visibility } from '../../contract/common.ts';
import type { Queries, Transaction } from '../database.ts';
import { prepared } from '../prepared.ts';

/** Adds to the count and bytes of images of one owner and visibility, in the same transaction as the change itself. */
export function countImage(
  q: Transaction,
  ownerId: string,
  visibility: Visibility,
  count: number,
  bytes: number,
): void {
  const { image_counters } = q.tables;
  q.beforeCommit(`images of ${ownerId} ${visibility}`, async () => {
    await prepared(q, 'count image', () =>
      q.db
        .insert(image_counters)
        .values({
          owner_id: sql.placeholder('ownerId'),
          visibility: sql.placeholder('visibility'),
          image_count: sql.placeholder('count'),
          image_bytes: sql.placeholder('bytes'),
        })
        .onConflictDoUpdate({
          target: [image_counters.owner_id, image_counters.visibility],
          set: {
            image_count: sql`${image_counters.image_count} + excluded.image_count`,
            image_bytes: sql`${image_counters.image_bytes} + excluded.image_bytes`,
          },
        }),
    ).execute({ ownerId, visibility, count, bytes });
  });
}

/** Adds to what a store holds for one owner; see `locations.ts`, which calls it with every change of state. */
export function countLocation(
  q: Transaction,
  storeId: string,
  ownerId: string,
  count: number,
  bytes: number,
): void {
  const { store_counters } = q.tables;
  q.beforeCommit(`store ${storeId} ${ownerId}`, async () => {
    await prepared(q, 'count location', () =>
      q.db
        .insert(store_counters)
        .values({
          store_id: sql.placeholder('storeId'),
          owner_id: sql.placeholder('ownerId'),
          image_count: sql.placeholder('count'),
          stored_bytes: sql.placeholder('bytes'),
        })
        .onConflictDoUpdate({
          target: [store_counters.store_id, store_counters.owner_id],
          set: {
            image_count: sql`${store_counters.image_count} + excluded.image_count`,
            stored_bytes: sql`${store_counters.stored_bytes} + excluded.stored_bytes`,
          },
        }),
    ).execute({ storeId, ownerId, count, bytes });
  });
}

/** What each store holds: of all owners or of one. Stores that never held anything are left out. */
export async function sumStores(
  q: Queries,
  where: { storeId?: string; ownerId?: string } = {},
): Promise<{ store_id: string; image_count: number; stored_bytes: number }[]> {
  const { store_counters } = q.tables;
  return await q.db
    .select({
      store_id: store_counters.store_id,
      image_count: sql`sum(${store_counters.image_count})`.mapWith(Number),
      stored_bytes: sql`sum(${store_counters.stored_bytes})`.mapWith(Number),
    })
    .from(store_counters)
    .where(
      and(
        where.storeId === undefined ? undefined : eq(store_counters.store_id, where.storeId),
        where.ownerId === undefined ? undefined : eq(store_counters.owner_id, where.ownerId),
      ),
    )
    .groupBy(store_counters.store_id);
}

export async function sumImages(
  q: Queries,
  where: { ownerId?: string; visibility?: Visibility },
): Promise<{ count: number; bytes: number }> {
  const { image_counters } = q.tables;
  const rows = await q.db
    .select({
      count: sql`coalesce(sum(${image_counters.image_count}), 0)`.mapWith(Number),
      bytes: sql`coalesce(sum(${image_counters.image_bytes}), 0)`.mapWith(Number),
    })
    .from(image_counters)
    .where(
      and(
        where.ownerId === undefined ? undefined : eq(image_counters.owner_id, where.ownerId),
        where.visibility === undefined ? undefined : eq(image_counters.visibility, where.visibility),
      ),
    );
  return rows[0] ?? { count: 0, bytes: 0 };
}
