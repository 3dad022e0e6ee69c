/** The orders of lists of images, and places in them: what keyset pages are made of. */
import { and, asc, desc, eq, gt, lt, or, sql, type SQL } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import type { ImageRow } from '../define-schema.ts';
import type { ImageScope } from './image-filters.ts';

export type ImageSortKey =
  'name' | 'size' | 'status' | 'container_format' | 'disk_format' | 'id' | 'created_at' | 'updated_at';

export interface SortPart {
  key: ImageSortKey;
  dir: 'asc' | 'desc';
}

/** Values of the sort keys, in their order. */
export type Place = (string | number)[];

/** The column of each sort key, with their directions; of `images`, or of the copy that another table keeps of them. */
export interface Order {
  columns: SQL[];
  dirs: ('asc' | 'desc')[];
}

/** Which orders an index gives, of all images and of some; see `list-indexes.ts`. */
const ofImages = new Set<ImageSortKey>(['name', 'size', 'status', 'created_at', 'updated_at']);
const ofLocations = new Set<ImageSortKey>(['name', 'size', 'created_at', 'updated_at']);
type Listed = ImageScope['kind'] | 'inactive' | 'all';
const indexed: Record<Listed, ReadonlySet<ImageSortKey>> = {
  all: new Set<ImageSortKey>([...ofImages, 'id']),
  owner: ofImages,
  visibility: ofImages,
  inactive: ofImages,
  store: ofLocations,
  broken: ofLocations,
};

/** Every image has its place: the id decides between those that are alike otherwise. */
export function completeSort(sort: readonly SortPart[]): SortPart[] {
  if (sort.some(({ key }) => key === 'id')) return [...sort];
  return [...sort, { key: 'id', dir: sort.at(-1)?.dir ?? 'desc' }];
}

export function isIndexed(kind: Listed, sort: readonly SortPart[]): boolean {
  const [first, second, ...rest] = sort;
  if (first === undefined || rest.length > 0 || !indexed[kind].has(first.key)) return false;
  return second === undefined ? first.key === 'id' : second.key === 'id' && second.dir === first.dir;
}

export function imageOrder({ tables: { images } }: Queries, sort: readonly SortPart[]): Order {
  const columns = {
    name: sql`${images.sort_name}`,
    size: sql`${images.sort_size}`,
    status: sql`${images.status}`,
    container_format: sql`coalesce(${images.container_format}, '')`,
    disk_format: sql`coalesce(${images.disk_format}, '')`,
    id: sql`${images.id}`,
    created_at: sql`${images.created_at}`,
    updated_at: sql`${images.updated_at}`,
  };
  return { columns: sort.map(({ key }) => columns[key]), dirs: sort.map(({ dir }) => dir) };
}

/** The same by what the locations keep of their images. Only for orders that are indexed there. */
export function locationOrder({ tables: { locations } }: Queries, sort: readonly SortPart[]): Order {
  const columns: Partial<Record<ImageSortKey, SQL>> = {
    name: sql`${locations.image_name}`,
    size: sql`${locations.image_size}`,
    id: sql`${locations.image_id}`,
    created_at: sql`${locations.image_created_at}`,
    updated_at: sql`${locations.image_updated_at}`,
  };
  return { columns: sort.flatMap(({ key }) => columns[key] ?? []), dirs: sort.map(({ dir }) => dir) };
}

export function orderBy({ columns, dirs }: Order): SQL[] {
  return columns.map((column, i) => (dirs[i] === 'asc' ? asc(column) : desc(column)));
}

/** Behind the place in the order. */
export function behind({ columns, dirs }: Order, place: Place): SQL {
  if (dirs.every((dir) => dir === dirs[0]))
    return compared(columns, dirs[0] === 'asc' ? sql`>` : sql`<`, place);
  const alternatives = columns.map((column, i) =>
    and(
      ...columns.slice(0, i).map((before, j) => eq(before, place[j])),
      dirs[i] === 'asc' ? gt(column, place[i]) : lt(column, place[i]),
    ),
  );
  return or(...alternatives) ?? sql`1 = 1`;
}

/** At the place or before it. Only for orders of one direction. */
export function upTo({ columns, dirs }: Order, place: Place): SQL {
  return compared(columns, dirs[0] === 'asc' ? sql`<=` : sql`>=`, place);
}

/** One comparison of row values lets both databases go straight to the place in the index. */
function compared(columns: SQL[], operator: SQL, place: Place): SQL {
  const values = place.map((value) => sql`${value}`);
  return sql`(${sql.join(columns, sql`, `)}) ${operator} (${sql.join(values, sql`, `)})`;
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

export function compareRows(a: ImageRow, b: ImageRow, sort: readonly SortPart[]): number {
  for (const { key, dir } of sort) {
    const compared = compareValues(sortValue(a, key), sortValue(b, key));
    if (compared !== 0) return dir === 'asc' ? compared : -compared;
  }
  return 0;
}

/** Text by its bytes, as both databases do (SQLite's BINARY, PostgreSQL's "C"): JavaScript compares UTF-16. */
function compareValues(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}
