/** The two ways to the images of a page; see `image-list.ts`. */
import { and, eq, sql, type SQL } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import type { ImageRow } from '../define-schema.ts';
import { isBroken, isLiving, type ImageFilter, type ImageScope } from './image-filters.ts';
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

/** So many entries of an index are passed by in the time of a lookup. */
const passedInLookup = 8;

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
  readonly #taken: ImageRow[] = [];
  readonly #scope: ImageScope | null;
  readonly #order: Order;
  /** What the index itself knows: where the walk begins and ends. */
  readonly #range: SQL | undefined;
  readonly #filters: SQL | undefined;
  /** Nearly every entry is taken: the order alone leads to the page. */
  readonly #isStraight: boolean;
  #place: Place | null;

  /** `within`: of the filters that whose scope the index is for; null: an index of all images. */
  constructor(page: Page, filters: readonly ImageFilter[], within: ImageFilter | null) {
    const { q, sort, after } = page;
    this.#page = page;
    this.#place = after;
    this.#scope = within?.scope ?? null;
    this.#order = this.#isOfLocations() ? locationOrder(q, sort) : imageOrder(q, sort);
    const bounds = this.#isOfLocations() ? [] : filters.filter(({ bounds: of }) => of === sort[0]?.key);
    this.#range = this.#isOfLocations()
      ? scopeOfLocations(q, this.#scope)
      : and(within?.where, ...bounds.map(({ where }) => where));
    const others = filters.filter((filter) => filter !== within && !bounds.includes(filter));
    this.#isStraight = others.every(({ isWide }) => isWide);
    this.#filters = and(...others.map((filter) => (filter.isWide ? filter.where : unseen(filter.where))));
  }

  async go(budget: number): Promise<ImageRow[] | null> {
    const end = this.#isStraight ? null : await this.#placeBehind(budget * passedInLookup);
    await this.#take(end);
    this.#place = end;
    return end === null || this.#taken.length >= this.#page.rows ? this.#taken : null;
  }

  /** The place of the last one of so many entries; null: there are fewer. Reads nothing but the index. */
  async #placeBehind(entries: number): Promise<Place | null> {
    const { q } = this.#page;
    const { images, locations } = q.tables;
    const columns = Object.fromEntries(
      this.#order.columns.map((column, i) => [
        `place_${i}`,
        sql<string | number>`${column}`.as(`place_${i}`),
      ]),
    );
    const [last] = await q.db
      .select(columns)
      .from(this.#isOfLocations() ? locations : images)
      .where(this.#behind())
      .orderBy(...orderBy(this.#order))
      .limit(1)
      .offset(entries - 1);
    if (last === undefined) return null;
    // PostgreSQL's 64-bit numbers come as text where Drizzle does not know the column.
    return Object.values(last).map((value, i) =>
      isNumeric(this.#page.sort[i]?.key) ? Number(value) : value,
    );
  }

  async #take(end: Place | null): Promise<void> {
    const { q, rows } = this.#page;
    const { images, locations } = q.tables;
    const isHere = and(this.#behind(), end === null ? undefined : upTo(this.#order, end), this.#filters);
    const missing = rows - this.#taken.length;
    if (!this.#isOfLocations()) {
      const query = q.db.select().from(images).where(isHere);
      this.#taken.push(...(await query.orderBy(...orderBy(this.#order)).limit(missing)));
      return;
    }
    // A cross join, because SQLite does not turn that one round.
    const query = q.db
      .select({ image: images })
      .from(locations)
      .crossJoin(images)
      .where(and(eq(images.id, locations.image_id), isHere));
    const taken = await query.orderBy(...orderBy(this.#order)).limit(missing);
    this.#taken.push(...taken.map(({ image }) => image));
  }

  #isOfLocations(): boolean {
    return this.#scope?.kind === 'store' || this.#scope?.kind === 'broken';
  }

  #behind(): SQL | undefined {
    return and(this.#range, this.#place === null ? undefined : behind(this.#order, this.#place));
  }
}

/** Each image once: of a broken image, the location that is first by its store. */
function scopeOfLocations({ tables: { locations } }: Queries, scope: ImageScope | null): SQL | undefined {
  if (scope?.kind === 'store') return and(eq(locations.store_id, scope.store), isLiving);
  return sql`${isBroken} and not exists (select 1 from locations as other where
    other.image_id = ${locations.image_id} and other.store_id < ${locations.store_id}
    and lower(other.state) in ('missing', 'corrupt', 'failed'))`;
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
  #tried = 0;

  constructor(page: Page, filter: ImageFilter, filters: readonly ImageFilter[]) {
    this.#page = page;
    this.#filter = filter;
    this.#filters = filters;
  }

  async go(budget: number): Promise<ImageRow[] | null> {
    if (this.#tried >= budget) return null;
    this.#tried = budget;
    this.#query ??= this.#filter.find?.();
    const query = (await this.#query) ?? null;
    if (query === null) return [];
    const found = await this.#page.q.db
      .select({ id: sql<string>`id` })
      .from(sql`(${query}) as found`)
      .limit(budget + 1);
    if (found.length > budget) return null;
    return await readSorted(this.#page, this.#filters, [...new Set(found.map(({ id }) => id))]);
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
    return budget < this.#afterBudget ? null : await readSorted(this.#page, this.#filters, null);
  }
}

async function readSorted(
  { q, sort, after, rows }: Page,
  filters: readonly ImageFilter[],
  ids: readonly string[] | null,
): Promise<ImageRow[]> {
  const { images } = q.tables;
  const order = imageOrder(q, sort);
  const met = [...filters.map(({ where }) => where), ...(after === null ? [] : [behind(order, after)])];
  const query = q.db.select().from(images);
  if (ids === null)
    return await query
      .where(and(...met))
      .orderBy(...orderBy(order))
      .limit(rows);
  if (ids.length === 0) return [];
  // The same values, but no column that an index is for: the ids are to be looked up, not met on the way.
  const sorted = { ...order, columns: order.columns.map((column) => sql`coalesce(${column}, ${column})`) };
  return await query
    .where(and(isOneOf(q, ids), ...met.map(unseen)))
    .orderBy(...orderBy(sorted))
    .limit(rows);
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
