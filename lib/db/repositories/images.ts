import { eq, inArray, sql } from 'drizzle-orm';
import { overtaken, type Queries, type Transaction } from '../database.ts';
import type { ImageRow } from '../define-schema.ts';
import { toSearchText } from '../name-search.ts';
import { findByIds, findRow, insertRow, prepared, updateRow } from '../prepared.ts';
import { allStores } from '../charges.ts';
import { countImage } from './counters.ts';
import { copyToLocations, moveCharges } from './locations.ts';
import { charge } from './usage.ts';

/** An image with what belongs to it, as lists and pages need it. */
export interface ImageRecord extends ImageRow {
  tags: string[];
  properties: Record<string, string>;
}

/** Kept by this repository. */
type Derived = 'sort_name' | 'sort_size' | 'search_name' | 'revision';

export type NewImage = Omit<ImageRow, Derived>;

export async function insertImage(
  q: Transaction,
  image: NewImage,
  tags: readonly string[],
  properties: Readonly<Record<string, string>>,
): Promise<ImageRow> {
  const row = { ...image, ...derive(image), revision: 0 };
  await insertRow(q, 'image', q.tables.images, row);
  await insertTags(q, image.id, tags);
  await insertProperties(q, image.id, properties);
  countImage(q, image.owner_id, image.visibility, 1, image.size_bytes ?? 0);
  chargeImage(q, image, 1);
  return row;
}

/** While it is being filled, an image counts among the uploads of its project. */
function chargeImage(
  q: Transaction,
  { owner_id, status }: Pick<ImageRow, 'owner_id' | 'status'>,
  sign: 1 | -1,
): void {
  charge(q, owner_id, allStores, 'count', sign);
  const isFilled = status === 'saving' || status === 'uploading' || status === 'importing';
  if (isFilled) charge(q, owner_id, allStores, 'uploading', sign);
}

function derive(image: {
  name: string | null;
  size_bytes: number | null;
}): Pick<ImageRow, 'sort_name' | 'sort_size' | 'search_name'> {
  const name = image.name ?? '';
  return { sort_name: name, sort_size: image.size_bytes ?? 0, search_name: toSearchText(name) };
}

export async function findImage(q: Queries, id: string): Promise<ImageRow | null> {
  return await findRow(q, 'image', q.tables.images, id);
}

/** The project has any image. */
export async function ownsImages(q: Queries, ownerId: string): Promise<boolean> {
  const { images } = q.tables;
  const rows = await q.db.select({ id: images.id }).from(images).where(eq(images.owner_id, ownerId)).limit(1);
  return rows.length > 0;
}

/** An image has this id, or had it once. */
export async function isUsedId(q: Queries, id: string): Promise<boolean> {
  const { deleted_images } = q.tables;
  if ((await findImage(q, id)) !== null) return true;
  const rows = await q.db
    .select({ id: deleted_images.id })
    .from(deleted_images)
    .where(eq(deleted_images.id, id))
    .limit(1);
  return rows.length > 0;
}

export async function findImages(q: Queries, ids: readonly string[]): Promise<ImageRow[]> {
  const { images } = q.tables;
  return await q.db
    .select()
    .from(images)
    .where(inArray(images.id, [...ids]));
}

export async function findImageRecord(q: Queries, id: string): Promise<ImageRecord | null> {
  const row = await findImage(q, id);
  return row === null ? null : ((await withBelongings(q, [row]))[0] ?? null);
}

export type ImageChanges = Partial<Omit<ImageRow, 'id' | 'created_at' | Derived>> & { updated_at: number };

/** Writes columns of one image and keeps the counters. `before` is the row as read in this transaction. */
export async function updateImage(
  q: Transaction,
  before: ImageRow,
  changes: ImageChanges,
): Promise<ImageRow> {
  const after: ImageRow = { ...before, ...changes, revision: before.revision + 1 };
  Object.assign(after, derive(after));
  const { id, ...columns } = after;
  const { images } = q.tables;
  const asRead = { column: images.revision, is: before.revision };
  if (!(await updateRow(q, 'image', images, id, columns, asRead))) throw overtaken();
  await copyToLocations(q, after);
  chargeImage(q, before, -1);
  chargeImage(q, after, 1);
  if (before.owner_id !== after.owner_id) await moveCharges(q, id, before.owner_id, after.owner_id);
  if (before.owner_id === after.owner_id && before.visibility === after.visibility) {
    const grown = (after.size_bytes ?? 0) - (before.size_bytes ?? 0);
    if (grown !== 0) countImage(q, after.owner_id, after.visibility, 0, grown);
  } else {
    countImage(q, before.owner_id, before.visibility, -1, -(before.size_bytes ?? 0));
    countImage(q, after.owner_id, after.visibility, 1, after.size_bytes ?? 0);
  }
  return after;
}

/** Removes the record and what belongs to it; only its id is kept. Its locations must be gone or `deleting`. */
export async function deleteImageRow(q: Transaction, image: ImageRow, now: number): Promise<void> {
  const { images, deleted_images, image_tags, image_properties, image_members, image_pieces } = q.tables;
  for (const belonging of [image_tags, image_properties, image_members, image_pieces]) {
    await q.db.delete(belonging).where(eq(belonging.image_id, image.id));
  }
  await q.db.delete(images).where(eq(images.id, image.id));
  await q.db.insert(deleted_images).values({ id: image.id, deleted_at: now }).onConflictDoNothing();
  countImage(q, image.owner_id, image.visibility, -1, -(image.size_bytes ?? 0));
  chargeImage(q, image, -1);
}

export async function writeTags(q: Queries, imageId: string, tags: readonly string[]): Promise<void> {
  const { image_tags } = q.tables;
  await q.db.delete(image_tags).where(eq(image_tags.image_id, imageId));
  await insertTags(q, imageId, tags);
}

async function insertTags(q: Queries, imageId: string, tags: readonly string[]): Promise<void> {
  const rows = [...new Set(tags)].map((tag) => ({ image_id: imageId, tag }));
  if (rows.length > 0) await q.db.insert(q.tables.image_tags).values(rows);
}

export async function writeProperties(
  q: Queries,
  imageId: string,
  properties: Readonly<Record<string, string>>,
): Promise<void> {
  const { image_properties } = q.tables;
  await q.db.delete(image_properties).where(eq(image_properties.image_id, imageId));
  await insertProperties(q, imageId, properties);
}

async function insertProperties(
  q: Queries,
  imageId: string,
  properties: Readonly<Record<string, string>>,
): Promise<void> {
  const rows = Object.entries(properties).map(([name, value]) => ({ image_id: imageId, name, value }));
  if (rows.length > 0) await q.db.insert(q.tables.image_properties).values(rows);
}

/** Tags and properties of a page of images in two queries. */
export async function withBelongings(q: Queries, rows: readonly ImageRow[]): Promise<ImageRecord[]> {
  if (rows.length === 0) return [];
  const { image_properties } = q.tables;
  const ids = rows.map((row) => row.id);
  const tags = await findTags(q, ids);
  const properties = await findByIds(q, 'properties', image_properties.image_id, ids, (isOne) =>
    q.db.select().from(image_properties).where(isOne),
  );
  const records = new Map(
    rows.map((row) => [row.id, { ...row, tags: tags.get(row.id) ?? [], properties: emptyProperties() }]),
  );
  for (const { image_id, name, value } of properties) {
    const record = records.get(image_id);
    if (record) record.properties[name] = value;
  }
  return [...records.values()];
}

/** By image; those without a tag are not in it. */
export async function findTags(q: Queries, imageIds: readonly string[]): Promise<Map<string, string[]>> {
  const tags = new Map<string, string[]>();
  if (imageIds.length === 0) return tags;
  const { image_tags } = q.tables;
  const rows = await findByIds(q, 'tags', image_tags.image_id, imageIds, (isOne) =>
    q.db.select().from(image_tags).where(isOne),
  );
  for (const { image_id, tag } of rows) {
    const others = tags.get(image_id);
    if (others === undefined) tags.set(image_id, [tag]);
    else others.push(tag);
  }
  return tags;
}

/** No prototype: a property may be called `constructor`. */
function emptyProperties(): Record<string, string> {
  return Object.create(null) as Record<string, string>;
}

export async function savePieces(
  q: Queries,
  imageId: string,
  pieces: readonly { index: number; blake3: string }[],
): Promise<void> {
  const { image_pieces } = q.tables;
  for (const { index, blake3 } of pieces) {
    await prepared(q, 'insert piece', () =>
      q.db
        .insert(image_pieces)
        .values({
          image_id: sql.placeholder('imageId'),
          piece_index: sql.placeholder('index'),
          blake3: sql.placeholder('blake3'),
        })
        .onConflictDoUpdate({
          target: [image_pieces.image_id, image_pieces.piece_index],
          set: { blake3: sql`excluded.blake3` },
        }),
    ).execute({ imageId, index, blake3 });
  }
}

/** BLAKE3 of the pieces by index; holes are null. */
export async function listPieces(q: Queries, imageId: string): Promise<(string | null)[]> {
  const { image_pieces } = q.tables;
  const rows = await prepared(q, 'pieces of an image', () =>
    q.db
      .select()
      .from(image_pieces)
      .where(eq(image_pieces.image_id, sql.placeholder('imageId'))),
  ).execute({ imageId });
  const pieces: (string | null)[] = [];
  for (const row of rows) {
    while (pieces.length < row.piece_index) pieces.push(null);
    pieces[row.piece_index] = row.blake3;
  }
  return pieces;
}

export async function listImagesWithoutMd5(q: Queries, limit: number): Promise<string[]> {
  const { images } = q.tables;
  const rows = await q.db
    .select({ id: images.id })
    .from(images)
    // `lower`, because nearly all are active: it is the index on the MD5 that leads to the few.
    .where(
      sql`${images.md5} is null and lower(${images.status}) = 'active' and ${images.size_bytes} is not null`,
    )
    .limit(limit);
  return rows.map((row) => row.id);
}

export async function deletePieces(q: Queries, imageId: string): Promise<void> {
  await q.db.delete(q.tables.image_pieces).where(eq(q.tables.image_pieces.image_id, imageId));
}
