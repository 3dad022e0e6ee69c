/** Images and what belongs to each of them. */
import { sql } from 'drizzle-orm';
import type { ImageStatus, Visibility } from '../../contract/common.ts';
import type { Phrase } from '../../contract/phrases.ts';
import type { Columns } from '../columns.ts';
import { imageOrders, listIndexes } from '../list-indexes.ts';

export function defineImageTables({
  table,
  text,
  number,
  time,
  flag,
  json,
  beginning,
  index,
  primaryKey,
}: Columns) {
  const images = table(
    'images',
    {
      id: text().primaryKey(),
      name: text(),
      /** `name` or '', because a keyset page cannot go on behind a null. */
      sort_name: text().notNull(),
      /** What a search compares with; see `toSearchText`. */
      search_name: text().notNull().default(''),
      status: text().$type<ImageStatus>().notNull(),
      disk_format: text(),
      container_format: text(),
      size_bytes: number(),
      /** `size_bytes` or 0, as `sort_name`. */
      sort_size: number().notNull(),
      virtual_size_bytes: number(),
      visibility: text().$type<Visibility>().notNull(),
      protected: flag().notNull(),
      hidden: flag().notNull(),
      owner_id: text().notNull(),
      md5: text(),
      sha512: text(),
      min_disk_gib: number().notNull(),
      min_ram_mib: number().notNull(),
      /** What the inspection found, 'qcow2 v3', and its warnings. */
      format_detail: text(),
      safety: json<{ warnings: string[]; phrases?: Phrase[] }>(),
      /** Of the last import of the Images API: stores that failed, until a later attempt succeeds. */
      failed_import: json<string[]>(),
      /** Counts writes, so that two that read the same row do not overwrite each other. */
      revision: number().notNull(),
      created_at: time().notNull(),
      updated_at: time().notNull(),
    },
    (image) => [
      // With the names as searches compare them: most look for the images changed last that have a part in their name.
      ...listIndexes(index, 'images', imageOrders(image), image.id, {
        beside: { updated: image.search_name, name: image.search_name },
      }),
      ...listIndexes(index, 'images_owner', imageOrders(image), image.id, {
        of: image.owner_id,
        beside: { updated: image.search_name },
      }),
      ...listIndexes(index, 'images_visibility', imageOrders(image), image.id, {
        of: image.visibility,
        beside: { updated: image.search_name },
      }),
      // The few that wait, failed or were taken out of service.
      ...listIndexes(index, 'images_inactive', imageOrders(image), image.id, {
        where: sql`lower(status) <> 'active'`,
        beside: { updated: image.status },
      }),
      index('images_disk_format').on(image.disk_format, image.id),
      index('images_container_format').on(image.container_format, image.id),
      // What few images have, and somebody asks for.
      index('images_md5').on(image.md5),
      index('images_sha512').on(image.sha512),
      index('images_protected')
        .on(image.id)
        .where(sql`protected`),
      index('images_hidden')
        .on(image.id)
        .where(sql`hidden`),
    ],
  );

  /** Ids that were used: what trusts an image by its id must never get other bytes under it (OSSN-0075). */
  const deleted_images = table('deleted_images', {
    id: text().primaryKey(),
    deleted_at: time().notNull(),
  });

  const image_tags = table('image_tags', { image_id: text().notNull(), tag: text().notNull() }, (row) => [
    primaryKey({ columns: [row.image_id, row.tag] }),
    index('image_tags_tag').on(row.tag, row.image_id),
  ]);

  const image_properties = table(
    'image_properties',
    { image_id: text().notNull(), name: text().notNull(), value: text().notNull() },
    (row) => [
      primaryKey({ columns: [row.image_id, row.name] }),
      index('image_properties_name').on(row.name, beginning(row.value), row.image_id),
    ],
  );

  const image_members = table(
    'image_members',
    {
      image_id: text().notNull(),
      member_id: text().notNull(),
      status: text().$type<'pending' | 'accepted' | 'rejected'>().notNull(),
      created_at: time().notNull(),
      updated_at: time().notNull(),
    },
    (row) => [
      primaryKey({ columns: [row.image_id, row.member_id] }),
      index('image_members_member').on(row.member_id, row.status, row.image_id),
    ],
  );

  /** BLAKE3 of each 64 MiB of the image. */
  const image_pieces = table(
    'image_pieces',
    { image_id: text().notNull(), piece_index: number().notNull(), blake3: text().notNull() },
    (row) => [primaryKey({ columns: [row.image_id, row.piece_index] })],
  );

  return { images, deleted_images, image_tags, image_properties, image_members, image_pieces };
}
