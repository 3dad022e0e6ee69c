/** Where images lie, and the stores. */
import { sql } from 'drizzle-orm';
import type { LocationState } from '../../contract/common.ts';
import type { StoreMarker } from '../../stores/store.ts';
import type { Columns } from '../columns.ts';
import { listIndexes, locationOrders } from '../list-indexes.ts';

export function defineLocationTables({ table, text, number, time, flag, json, index, uniqueIndex }: Columns) {
  /**
   * One object in one store. Written before the first byte (state `writing`): a key without a row here is not ours.
   * A row in state `deleting` stays until the object is gone.
   */
  const locations = table(
    'locations',
    {
      id: text().primaryKey(),
      image_id: text().notNull(),
      store_id: text().notNull(),
      object_key: text().notNull(),
      state: text().$type<LocationState>().notNull(),
      /** Size when committed, durable bytes before. */
      bytes: number().notNull(),
      resume_state: text(),
      /** The object was published in the store (it is to be removed, not discarded). */
      committed: flag().notNull(),
      /** Promised to it before the bytes came: what its project is charged with until it is complete. */
      reserved_bytes: number().notNull().default(0),
      /** Its bytes only wait for an import. */
      staged: flag().notNull().default(false),
      upload_id: text(),
      transfer_id: text(),
      /** Only who holds this number may change a location that is being written. */
      fence: number().notNull(),
      verified_at: time(),
      error: text(),
      attempts: number().notNull(),
      next_attempt_at: time(),
      created_at: time().notNull(),
      updated_at: time().notNull(),
      // Of its image, kept by the repositories: an index over two tables cannot be had, and the images of a store are
      // listed in the order of each.
      image_name: text().notNull().default(''),
      image_size: number().notNull().default(0),
      image_created_at: time().notNull().default(0),
      image_updated_at: time().notNull().default(0),
    },
    (location) => [
      uniqueIndex('locations_key').on(location.store_id, location.object_key),
      uniqueIndex('locations_image_store')
        .on(location.image_id, location.store_id)
        .where(sql`state <> 'deleting'`),
      index('locations_store').on(location.store_id, location.state, location.image_id),
      ...listIndexes(index, 'locations_store', locationOrders(location), location.image_id, {
        of: location.store_id,
        where: sql`state not in ('deleting', 'failed')`,
      }),
      ...listIndexes(index, 'locations_broken', locationOrders(location), location.image_id, {
        where: sql`lower(state) in ('missing', 'corrupt', 'failed')`,
      }),
      index('locations_state').on(location.state, location.updated_at, location.image_id),
      index('locations_upload').on(location.upload_id),
      // The unique one above leaves `deleting` rows out, so it cannot answer which locations an image has.
      index('locations_image').on(location.image_id),
    ],
  );

  /** What Stowage remembers of each configured store; the rest is in stowage.yaml. */
  const stores = table('stores', {
    id: text().primaryKey(),
    marker: json<StoreMarker>(),
    first_seen_at: time().notNull(),
  });

  return { locations, stores };
}
