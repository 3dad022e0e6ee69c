/** Sums that are kept by the transactions that change them, because counting a million rows takes half a second. */
import type { Visibility } from '../../contract/common.ts';
import type { Resource } from '../charges.ts';
import type { Columns } from '../columns.ts';

export function defineCountTables({ table, text, number, primaryKey }: Columns) {
  /** Kept in the same transaction as the locations, because counting a million rows takes half a second. */
  const store_counters = table(
    'store_counters',
    {
      store_id: text().notNull(),
      owner_id: text().notNull(),
      image_count: number().notNull(),
      stored_bytes: number().notNull(),
    },
    (row) => [primaryKey({ columns: [row.store_id, row.owner_id] })],
  );

  const image_counters = table(
    'image_counters',
    {
      owner_id: text().notNull(),
      visibility: text().$type<Visibility>().notNull(),
      image_count: number().notNull(),
      image_bytes: number().notNull(),
    },
    (row) => [primaryKey({ columns: [row.owner_id, row.visibility] })],
  );

  /**
   * What each project uses, in each store and ('') altogether; kept by the transactions that change it. `most` is the
   * limit that the last of them had to keep.
   */
  const project_usage = table(
    'project_usage',
    {
      project_id: text().notNull(),
      store_id: text().notNull(),
      resource: text().$type<Resource>().notNull(),
      used: number().notNull(),
      most: number().notNull(),
    },
    (row) => [primaryKey({ columns: [row.project_id, row.store_id, row.resource] })],
  );

  /** Limits that an administrator has set for one project; null lets it have as much as it wants. */
  const project_limits = table(
    'project_limits',
    {
      project_id: text().notNull(),
      store_id: text().notNull(),
      resource: text().$type<Resource>().notNull(),
      most: number(),
    },
    (row) => [primaryKey({ columns: [row.project_id, row.store_id, row.resource] })],
  );

  return { store_counters, image_counters, project_usage, project_limits };
}
