/**
 * Indexes for keyset pages: one for each order that lists have, of all rows or of those of each owner, visibility,
 * store. All end with the id of the image, which decides between equals.
 */
import type { SQL } from 'drizzle-orm';
import type { IndexBuilder, SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Columns } from './columns.ts';

/** By what lists of images are sorted. */
export function imageOrders(
  image: Record<'created_at' | 'updated_at' | 'sort_name' | 'sort_size' | 'status', SQLiteColumn>,
): Record<string, SQLiteColumn> {
  return {
    created: image.created_at,
    updated: image.updated_at,
    name: image.sort_name,
    size: image.sort_size,
    status: image.status,
  };
}

/** The same by what locations have of their images; nobody sorts the images of a store by their status. */
export function locationOrders(
  location: Record<'image_created_at' | 'image_updated_at' | 'image_name' | 'image_size', SQLiteColumn>,
): Record<string, SQLiteColumn> {
  return {
    created: location.image_created_at,
    updated: location.image_updated_at,
    name: location.image_name,
    size: location.image_size,
  };
}

/**
 * `of`: the column whose every value has its own lists. `where`: the only rows that are listed. `beside`: what the index
 * of an order tells of a row without reading it.
 */
export function listIndexes(
  index: Columns['index'],
  name: string,
  orders: Record<string, SQLiteColumn>,
  id: SQLiteColumn,
  { of, where, beside = {} }: { of?: SQLiteColumn; where?: SQL; beside?: Record<string, SQLiteColumn> } = {},
): IndexBuilder[] {
  return Object.entries(orders).map(([order, column]) => {
    const begun = index(`${name}_${order}`);
    const known = beside[order] === undefined ? [id] : [id, beside[order]];
    const made = of === undefined ? begun.on(column, ...known) : begun.on(of, column, ...known);
    return where === undefined ? made : made.where(where);
  });
}
