import { and, asc, desc, eq, exists, gt, inArray, isNull, lt, not, or, sql, type SQL } from 'drizzle-orm';
import type { Visibility } from '../../contract/common.ts';
import { overtaken, type Queries, type Transaction } from '../database.ts';
import type { ImageRow } from '../define-schema.ts';
import { equalsText } from '../long-text.ts';
import { insertRow, prepared, updateRow } from '../prepared.ts';
import { countImage } from './counters.ts';

/** An image with what belongs to it, as lists and pages need it. */
export interface ImageRecord extends ImageRow {
  tags: string[];
  properties: Record<string, string>;
}

export type NewImage = Omit<ImageRow, 'sort_name' | 'sort_size' | 'revision'>;

export async function insertImage(
  q: Transaction,
  image: NewImage,
  tags: readonly string[],
  properties: Readonly<Record<string, string>>,
): Promise<ImageRow> {
  const row = { ...image, ...sortColumns(image), revision: 0 };
  await insertRow(q, 'image', q.tables.images, row);
  await insertTags(q, image.id, tags);
  await insertProperties(q, image.id, properties);
  countImage(q, image.owner_id, image.visibility, 1, image.size_bytes ?? 0);
  return row;
}

function sortColumns(image: { name: string | null; size_bytes: number | null }): {
  sort_name: string;
  sort_size: number;
} {
  return { sort_name: image.name ?? '', sort_size: image.size_bytes ?? 0 };
}

export async function findImage(q: Queries, id: string): Promise<ImageRow | null> {
  const { images } = q.tables;
  const rows = await prepared(q, 'image by id', () =>
    q.db
      .select()
      .from(images)
      .where(eq(images.id, sql.placeholder('id')))
      .limit(1),
  ).execute({ id });
  return rows[0] ?? null;
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

export async function findImageRecord(q: Queries, id: string): Promise<ImageRecord | null> {
  const row = await findImage(q, id);
  return row === null ? null : ((await withBelongings(q, [row]))[0] ?? null);
}

export type ImageChanges = Partial<
  Omit<ImageRow, 'id' | 'revision' | 'created_at' | 'sort_name' | 'sort_size'>
> & { updated_at: number };

/** Writes columns of one image and keeps the counters. `before` is the row as read in this transaction. */
export async function updateImage(
  q: Transaction,
  before: ImageRow,
  changes: ImageChanges,
): Promise<ImageRow> {
  const after: ImageRow = { ...before, ...changes, revision: before.revision + 1 };
  Object.assign(after, sortColumns(after));
  const { id, ...columns } = after;
  const { images } = q.tables;
  const asRead = { column: images.revision, is: before.revision };
  if (!(await updateRow(q, 'image', images, id, columns, asRead))) throw overtaken();
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
  const { image_tags, image_properties } = q.tables;
  const ids = rows.map((row) => row.id);
  const tags = await q.db.select().from(image_tags).where(inArray(image_tags.image_id, ids));
  const properties = await q.db
    .select()
    .from(image_properties)
    .where(inArray(image_properties.image_id, ids));
  const records = new Map(
    rows.map((row) => [row.id, { ...row, tags: [] as string[], properties: emptyProperties() }]),
  );
  for (const { image_id, tag } of tags) records.get(image_id)?.tags.push(tag);
  for (const { image_id, name, value } of properties) {
    const record = records.get(image_id);
    if (record) record.properties[name] = value;
  }
  return [...records.values()];
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
  const rows = await q.db.select().from(image_pieces).where(eq(image_pieces.image_id, imageId));
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
    .where(and(eq(images.status, 'active'), isNull(images.md5)))
    .limit(limit);
  return rows.map((row) => row.id);
}

export async function deletePieces(q: Queries, imageId: string): Promise<void> {
  await q.db.delete(q.tables.image_pieces).where(eq(q.tables.image_pieces.image_id, imageId));
}

export type ImageSortKey =
  'name' | 'size' | 'status' | 'container_format' | 'disk_format' | 'id' | 'created_at' | 'updated_at';

/** Whose images: one branch each, read by its own index and merged, because one `OR` would read the whole table. */
export type ImageBranch =
  | { kind: 'all' }
  | { kind: 'owner'; owner: string }
  | { kind: 'visibility'; visibility: Visibility }
  | { kind: 'member'; project: string; status: 'pending' | 'accepted' | 'rejected' | 'all' };

export interface ImageListRequest {
  /** An image that is in several branches comes once. */
  branches: ImageBranch[];
  /** Further conditions; see `imageFilters`. */
  where: SQL[];
  sort: { key: ImageSortKey; dir: 'asc' | 'desc' }[];
  /** Values of the sort keys of the last image of the page before, in the order of `sort`, then its id. */
  after: (string | number)[] | null;
  limit: number;
  /**
   * The conditions leave few images (a name, an id): they are found by their own index and sorted, instead of walking
   * the index that has the order until enough were met.
   */
  isSelective?: boolean;
}

/** One page, and whether there is another. */
export async function listImages(
  q: Queries,
  request: ImageListRequest,
): Promise<{ rows: ImageRow[]; more: boolean }> {
  const sort = request.sort.some((part) => part.key === 'id')
    ? request.sort
    : [...request.sort, { key: 'id' as const, dir: request.sort.at(-1)?.dir ?? 'desc' }];
  const { images } = q.tables;
  const columns = sort.map((part) => sortColumn(q, part.key));
  const conditions = [...request.where];
  if (request.after !== null) conditions.push(behind(columns, sort, request.after));
  const order = columns.map((column, i) => {
    // The same value, but not the column that an index is for.
    const by = request.isSelective ? sql`coalesce(${column}, ${column})` : column;
    return sort[i]?.dir === 'asc' ? asc(by) : desc(by);
  });
  const found = new Map<string, ImageRow>();
  for (const branch of request.branches) {
    const rows = await q.db
      .select()
      .from(images)
      .where(and(branchCondition(q, branch), ...conditions))
      .orderBy(...order)
      .limit(request.limit + 1);
    for (const row of rows) found.set(row.id, row);
  }
  const rows = [...found.values()];
  if (request.branches.length > 1) rows.sort((a, b) => compare(a, b, sort));
  return { rows: rows.slice(0, request.limit), more: rows.length > request.limit };
}

function sortColumn(q: Queries, key: ImageSortKey) {
  const { images } = q.tables;
  switch (key) {
    case 'name':
      return images.sort_name;
    case 'size':
      return images.sort_size;
    case 'container_format':
      return sql<string>`coalesce(${images.container_format}, '')`;
    case 'disk_format':
      return sql<string>`coalesce(${images.disk_format}, '')`;
    default:
      return images[key];
  }
}

/** The value by which a row stands in the order: what a cursor holds. */
export function sortValue(row: ImageRow, key: ImageSortKey): string | number {
  switch (key) {
    case 'name':
      return row.sort_name;
    case 'size':
      return row.sort_size;
    default:
      return row[key] ?? '';
  }
}

type SortColumn = ReturnType<typeof sortColumn>;

/** (a, b, id) behind the given values, each column in its own direction. */
function behind(columns: SortColumn[], sort: { dir: 'asc' | 'desc' }[], after: (string | number)[]): SQL {
  const step = (i: number) =>
    sort[i]?.dir === 'asc' ? gt(columns[i] as SQL, after[i]) : lt(columns[i] as SQL, after[i]);
  if (columns.length === 2 && sort[0]?.dir === sort[1]?.dir) {
    // One comparison of row values lets both databases go straight to the place in the index.
    const operator = sort[0]?.dir === 'asc' ? sql`>` : sql`<`;
    return sql`(${columns[0]}, ${columns[1]}) ${operator} (${after[0]}, ${after[1]})`;
  }
  const alternatives = columns.map((_, i) =>
    and(...columns.slice(0, i).map((column, j) => eq(column as SQL, after[j])), step(i)),
  );
  return or(...alternatives) ?? sql`1 = 1`;
}

function branchCondition(q: Queries, branch: ImageBranch): SQL | undefined {
  const { images, image_members } = q.tables;
  switch (branch.kind) {
    case 'all':
      return undefined;
    case 'owner':
      return eq(images.owner_id, branch.owner);
    case 'visibility':
      return eq(images.visibility, branch.visibility);
    case 'member':
      return and(
        eq(images.visibility, 'shared'),
        inArray(
          images.id,
          q.db
            .select({ id: image_members.image_id })
            .from(image_members)
            .where(
              and(
                eq(image_members.member_id, branch.project),
                branch.status === 'all' ? undefined : eq(image_members.status, branch.status),
              ),
            ),
        ),
      );
  }
}

function compare(a: ImageRow, b: ImageRow, sort: { key: ImageSortKey; dir: 'asc' | 'desc' }[]): number {
  for (const { key, dir } of sort) {
    const x = sortValue(a, key);
    const y = sortValue(b, key);
    // By code unit, as both databases compare text here (SQLite BINARY, PostgreSQL collation "C").
    if (x !== y) return (x < y ? -1 : 1) * (dir === 'asc' ? 1 : -1);
  }
  return 0;
}

/** Conditions that lists are made of; each is a plain SQL condition over `images`. */
export const imageFilters = {
  nameContains(q: Queries, part: string): SQL {
    return sql`lower(${q.tables.images.sort_name}) like ${`%${escapeLike(part.toLowerCase())}%`} escape '\\'`;
  },
  column(
    q: Queries,
    column:
      | 'name'
      | 'id'
      | 'status'
      | 'container_format'
      | 'disk_format'
      | 'visibility'
      | 'md5'
      | 'sha512'
      | 'owner_id',
    values: string[],
  ): SQL {
    // `sort_name` is the same where there is a name, and it has the indexes.
    const target = q.tables.images[column === 'name' ? 'sort_name' : column];
    return values.length === 1 ? eq(target, values[0] as never) : inArray(target, values as never[]);
  },
  /** An inequality, so that no index on the status is preferred to one that gives the order. */
  notKilled(q: Queries): SQL {
    return sql`${q.tables.images.status} <> 'killed'`;
  },
  flag(q: Queries, column: 'protected' | 'hidden', value: boolean): SQL {
    return eq(q.tables.images[column], value);
  },
  bound(
    q: Queries,
    column: 'size_bytes' | 'min_disk_gib' | 'min_ram_mib' | 'created_at' | 'updated_at',
    operator: 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq',
    value: number,
  ): SQL {
    const operators = { gt: sql`>`, gte: sql`>=`, lt: sql`<`, lte: sql`<=`, eq: sql`=`, neq: sql`<>` };
    return sql`${q.tables.images[column]} ${operators[operator]} ${value}`;
  },
  /** All but the community's images of other owners. */
  notOthersCommunity(q: Queries, owner: string): SQL {
    const { images } = q.tables;
    return sql`(${images.visibility} <> 'community' or ${images.owner_id} = ${owner})`;
  },
  /** Before `from`, or at `to` and later. */
  outside(q: Queries, column: 'created_at' | 'updated_at', from: number, to: number): SQL {
    const target = q.tables.images[column];
    return sql`(${target} < ${from} or ${target} >= ${to})`;
  },
  tag(q: Queries, tag: string): SQL {
    const { images, image_tags } = q.tables;
    return exists(
      q.db
        .select({ one: sql`1` })
        .from(image_tags)
        .where(and(eq(image_tags.image_id, images.id), eq(image_tags.tag, tag))),
    );
  },
  property(q: Queries, name: string, value: string): SQL {
    const { images, image_properties } = q.tables;
    return exists(
      q.db
        .select({ one: sql`1` })
        .from(image_properties)
        .where(
          and(
            eq(image_properties.image_id, images.id),
            eq(image_properties.name, name),
            equalsText(image_properties.value, value),
          ),
        ),
    );
  },
  /** Has a living location (any but `deleting` and `failed`) in one of the stores. */
  inStores(q: Queries, storeIds: string[]): SQL {
    const { images, locations } = q.tables;
    return exists(
      q.db
        .select({ one: sql`1` })
        .from(locations)
        .where(
          and(
            eq(locations.image_id, images.id),
            inArray(locations.store_id, storeIds),
            not(inArray(locations.state, ['deleting', 'failed'])),
          ),
        ),
    );
  },
  /** Something is wrong with it or with one of its copies. */
  needsAttention(q: Queries): SQL {
    const { images, locations } = q.tables;
    const broken = exists(
      q.db
        .select({ one: sql`1` })
        .from(locations)
        .where(
          and(eq(locations.image_id, images.id), inArray(locations.state, ['missing', 'corrupt', 'failed'])),
        ),
    );
    return or(eq(images.status, 'killed'), broken) ?? broken;
  },
};

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}
