/** The two ways to the images of a page; see `image-list.ts`. */
import { and, eq, sql, type SQL } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import type { ImageRow } from '../define-schema.ts';
import { isBroken, isInactive, isLiving, type ImageFilter } from './image-filters.ts';
import {
  behind,
  compareRows,
  imageOrder,
  locationOrder,
  orderBy,
  upTo,
  type Order,
  type Place,
  type SortPart,
} from './image-order.ts';

/** What is asked for, apart from the filters. */
export interface Page {
  q: Queries;
  sort: SortPart[];
  after: Place | null;
  /** How many are wanted. */
  rows: number;
}

/** A way to the images of a page that meet some filters. */
export interface Path {
  /**
   * Goes on from where it was, for about so many lookups of an image by its id. As many images as are wanted, in their
   * order, or all there are; null: not yet.
   */
  go(budget: number): Promise<ImageRow[] | null>;
}

/** So many images are passed by in the time of a lookup. */
const passedInLookup = 4;
/** … and so many where the index itself tells most that do not match. */
const skippedInLookup = 16;

/** Whichever path has them first. */
export function firstOf(paths: readonly Path[]): Path {
  const [only] = paths;
  if (only !== undefined && paths.length === 1) return only;
  return {
    async go(budget) {
      for (const path of paths) {
        const rows = await path.go(budget);
        if (rows !== null) return rows;
      }
      return null;
    },
  };
}

/** Only in the first turn. */
export function once(path: Path): Path {
  let isFirst = true;
  return {
    async go(budget) {
      if (!isFirst) return null;
      isFirst = false;
      return await path.go(budget);
    },
  };
}

/** What each of the paths leads to; an image that several lead to comes once. */
export class Merge implements Path {
  readonly #page: Page;
  readonly #found: { path: Path; rows: ImageRow[] | null }[];

  constructor(page: Page, paths: readonly Path[]) {
    this.#page = page;
    this.#found = paths.map((path) => ({ path, rows: null }));
  }

  async go(budget: number): Promise<ImageRow[] | null> {
    for (const part of this.#found) part.rows ??= await part.path.go(budget);
    const lists = this.#found.map(({ rows }) => rows);
    if (!lists.every((rows) => rows !== null)) return null;
    const [only = []] = lists;
    if (lists.length <= 1) return only;
    const { sort, rows } = this.#page;
    const once = new Map(lists.flat().map((row) => [row.id, row]));
    return [...once.values()].sort((a, b) => compareRows(a, b, sort)).slice(0, rows);
  }
}

/** Goes along an index that has the order, and takes what meets the filters. */
export class Walk implements Path {
  readonly #page: Page;
  readonly #index: Index;
  readonly #filters: SQL | undefined;
  /** Nearly every entry is taken: the order alone leads to the page. */
  readonly #isStraight: boolean;
  readonly #taken: ImageRow[] = [];
  #place: Place | null;

  /** `along`: of the filters that whose images the index has; null: an index of all images. */
  constructor(page: Page, filters: readonly ImageFilter[], along: ImageFilter | null) {
    this.#page = page;
    this.#place = page.after;
    this.#index = chooseIndex(page, filters, along);
    const others = filters.filter((filter) => !this.#index.meets.includes(filter));
    this.#isStraight = others.every(({ isWide }) => isWide);
    this.#filters = and(
      this.#index.once,
      ...others.map((filter) => (filter.isWide ? filter.where : unseen(filter.where))),
    );
  }

  async go(budget: number): Promise<ImageRow[] | null> {
    const entries = budget * (this.#index.skip === undefined ? passedInLookup : skippedInLookup);
    const end = this.#isStraight ? null : await this.#placeBehind(entries);
    await this.#take(end);
    this.#place = end;
    return end === null || this.#taken.length >= this.#page.rows ? this.#taken : null;
  }

  /** The place of the last one of so many entries; null: there are fewer. Reads nothing but the index. */
  async #placeBehind(entries: number): Promise<Place | null> {
    const { q, sort } = this.#page;
    const { order, table } = this.#index;
    const columns = order.columns.map((column, i) => [`place_${i}`, sql`${column}`.as(`place_${i}`)]);
    const [last] = await q.db
      .select(Object.fromEntries(columns) as Record<string, SQL.Aliased<string | number>>)
      .from(q.tables[table])
      .where(this.#behind())
      .orderBy(...orderBy(order))
      .limit(1)
      .offset(entries - 1);
    if (last === undefined) return null;
    // PostgreSQL's 64-bit numbers come as text where Drizzle does not know the column.
    return Object.values(last).map((value, i) => (isNumeric(sort[i]?.key) ? Number(value) : value));
  }

  async #take(end: Place | null): Promise<void> {
    const { q, rows } = this.#page;
    const { order, table, skip } = this.#index;
    const { images, locations } = q.tables;
    const upToEnd = end === null ? undefined : upTo(order, end);
    const isHere = and(this.#behind(), upToEnd, skip, this.#filters);
    const missing = rows - this.#taken.length;
    if (table === 'images') {
      const query = q.db.select().from(images).where(isHere);
      this.#taken.push(...(await query.orderBy(...orderBy(order)).limit(missing)));
      return;
    }
    // A cross join, because SQLite does not turn that one round.
    const query = q.db
      .select({ image: images })
      .from(locations)
      .crossJoin(images)
      .where(and(eq(images.id, locations.image_id), isHere));
    const taken = await query.orderBy(...orderBy(order)).limit(missing);
    this.#taken.push(...taken.map(({ image }) => image));
  }

  #behind(): SQL | undefined {
    const { entries, order } = this.#index;
    return and(entries, this.#place === null ? undefined : behind(order, this.#place));
  }
}

interface Index {
  table: 'images' | 'locations';
  order: Order;
  /** Which ones it has, or where it begins and ends. */
  entries: SQL | undefined;
  /** Met by all of these entries. */
  meets: readonly ImageFilter[];
  /** Known from the index itself, so that no image is read for nothing. */
  skip?: SQL | undefined;
  /** Leaves one entry of each image. */
  once?: SQL;
}

function chooseIndex({ q, sort }: Page, filters: readonly ImageFilter[], along: ImageFilter | null): Index {
  const { locations } = q.tables;
  switch (along?.scope?.kind) {
    case 'store': {
      const entries = and(eq(locations.store_id, along.scope.store), isLiving);
      return { table: 'locations', order: locationOrder(q, sort), entries, meets: [along] };
    }
    case 'broken': {
      const once = sql`not exists (select 1 from locations as other where
        other.image_id = ${locations.image_id} and other.store_id < ${locations.store_id}
        and lower(other.state) in ('missing', 'corrupt', 'failed'))`;
      return { table: 'locations', order: locationOrder(q, sort), entries: isBroken, meets: [along], once };
    }
  }
  const bounds = filters.filter(({ bounds: of }) => of === sort[0]?.key);
  const which = along?.scope === undefined && along?.among !== undefined ? isInactive : along?.where;
  return {
    table: 'images',
    order: imageOrder(q, sort),
    entries: and(which, ...bounds.map(({ where }) => where)),
    meets: along?.scope === undefined ? bounds : [along, ...bounds],
    skip: hasName(along, sort) ? and(...filters.map(({ byName }) => byName)) : undefined,
  };
}

/** An index that has the names, in their order or beside it. */
function hasName(along: ImageFilter | null, [first]: readonly SortPart[]): boolean {
  return first?.key === 'name' || (first?.key === 'updated_at' && along === null);
}

function isNumeric(key: string | undefined): boolean {
  return key === 'size' || key === 'created_at' || key === 'updated_at';
}

/** Finds the images that meet one filter by its own index, and takes of them what meets the others. */
export class Lookup implements Path {
  readonly #page: Page;
  readonly #filter: ImageFilter;
  readonly #filters: readonly ImageFilter[];
  #query: Promise<SQL | null> | undefined;
  #ids: string[] | null = null;
  #tried = 0;

  constructor(page: Page, filter: ImageFilter, filters: readonly ImageFilter[]) {
    this.#page = page;
    this.#filter = filter;
    this.#filters = filters;
  }

  async go(budget: number): Promise<ImageRow[] | null> {
    this.#ids ??= await this.#find(budget);
    if (this.#ids === null) return null;
    return await readSorted(this.#page, this.#filters, this.#ids);
  }

  /** Null: there are more. */
  async #find(budget: number): Promise<string[] | null> {
    const atMost = this.#filter.costly ?? budget;
    if (this.#tried >= atMost) return null;
    this.#tried = atMost;
    this.#query ??= this.#filter.find?.();
    const query = (await this.#query) ?? null;
    if (query === null) return [];
    const found = await this.#page.q.db
      .select({ id: sql<string>`id` })
      .from(sql`(${query}) as found`)
      .limit(atMost + 1);
    return found.length > atMost ? null : [...new Set(found.map(({ id }) => id))];
  }
}

/** Where no index has the order: sorts all that meet the filters. The last resort, after all others. */
export class SortAll implements Path {
  readonly #page: Page;
  readonly #filters: readonly ImageFilter[];
  readonly #afterBudget: number;

  constructor(page: Page, filters: readonly ImageFilter[], afterBudget: number) {
    this.#page = page;
    this.#filters = filters;
    this.#afterBudget = afterBudget;
  }

  async go(budget: number): Promise<ImageRow[] | null> {
    if (budget < this.#afterBudget) return null;
    const { q, sort, after, rows } = this.#page;
    const { images } = q.tables;
    const order = imageOrder(q, sort);
    const met = this.#filters.map(({ where }) => where);
    // The ids alone: whole rows are too much to be sorted.
    const first = await q.db
      .select({ id: images.id })
      .from(images)
      .where(and(...met, after === null ? undefined : behind(order, after)))
      .orderBy(...orderBy(unindexed(order)))
      .limit(rows);
    return await readSorted(
      this.#page,
      [],
      first.map(({ id }) => id),
    );
  }
}

async function readSorted(
  { q, sort, after, rows }: Page,
  filters: readonly ImageFilter[],
  ids: readonly string[],
): Promise<ImageRow[]> {
  if (ids.length === 0) return [];
  const { images } = q.tables;
  const order = imageOrder(q, sort);
  const met = [...filters.map(({ where }) => where), ...(after === null ? [] : [behind(order, after)])];
  return await q.db
    .select()
    .from(images)
    .where(and(isOneOf(q, ids), ...met.map(unseen)))
    .orderBy(...orderBy(unindexed(order)))
    .limit(rows);
}

/** The same order, but by no column that an index is for. */
function unindexed(order: Order): Order {
  return { ...order, columns: order.columns.map((column) => sql`coalesce(${column}, ${column})`) };
}

/** One parameter, however many they are. */
function isOneOf(q: Queries, ids: readonly string[]): SQL {
  const { id } = q.tables.images;
  return q.dialect === 'sqlite'
    ? sql`${id} in (select value from json_each(${JSON.stringify(ids)}))`
    : sql`${id} = any(array(select json_array_elements_text(${JSON.stringify(ids)}::json)))`;
}

/** The same condition, but such that no index is chosen for it: what is to be walked or looked up is decided already. */
function unseen(condition: SQL): SQL {
  return sql`(case when ${condition} then 1 else 0 end) = 1`;
}
