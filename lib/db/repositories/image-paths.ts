/** The ways to the images of a page; see `image-list.ts`. */
import { and, eq, sql, type SQL } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import type { ImageRow } from '../define-schema.ts';
import type { ImageFilter } from './image-filters.ts';
import {
  behind,
  compareRows,
  imageOrder,
  orderBy,
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

export function onlyIf(condition: () => boolean, path: Path): Path {
  return { go: async (budget) => (condition() ? await path.go(budget) : null) };
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
    await Promise.all(
      this.#found.map(async (part) => {
        part.rows ??= await part.path.go(budget);
      }),
    );
    const lists = this.#found.map(({ rows }) => rows);
    if (!lists.every((rows) => rows !== null)) return null;
    const [only = []] = lists;
    if (lists.length <= 1) return only;
    const { sort, rows } = this.#page;
    const once = new Map(lists.flat().map((row) => [row.id, row]));
    return [...once.values()].sort((a, b) => compareRows(a, b, sort)).slice(0, rows);
  }
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
    const atMost = this.#filter.costly ?? budget;
    if (this.#tried >= atMost) return null;
    this.#tried = atMost;
    this.#query ??= this.#filter.find?.();
    const query = (await this.#query) ?? null;
    if (query === null) return [];
    return this.#page.q.dialect === 'postgres'
      ? await this.#readAtOnce(query, atMost)
      : await this.#readFound(query, atMost);
  }

  /** Null: there are more. */
  async #readFound(query: SQL, atMost: number): Promise<ImageRow[] | null> {
    const found = await this.#page.q.db
      .select({ id: sql<string>`id` })
      .from(sql`(${query}) as found`)
      .limit(atMost + 1);
    if (found.length > atMost) return null;
    const ids = [...new Set(found.map(({ id }) => id))];
    return await readSorted(this.#page, this.#filters, ids);
  }

  /** The same in one statement, so that thousands of ids need not come here and go back. */
  async #readAtOnce(query: SQL, atMost: number): Promise<ImageRow[] | null> {
    const { q, sort, rows } = this.#page;
    const { images } = q.tables;
    const found = sql`(select array(select id from (${query}) as matching limit ${atMost + 1}) as ids offset 0) as found`;
    const those = sql`(select cardinality(ids) <= ${atMost} as are_all,
      case when cardinality(ids) <= ${atMost} then ids end as ids from ${found} offset 0) as those`;
    const answer = await q.db
      .select({ areAll: sql<boolean>`those.are_all`, image: images })
      .from(those)
      .leftJoin(images, and(sql`${images.id} = any(those.ids)`, ...stillMet(this.#page, this.#filters)))
      .orderBy(...orderBy(unindexed(imageOrder(q, sort))))
      .limit(rows);
    return answer[0]?.areAll === true ? answer.flatMap(({ image }) => image ?? []) : null;
  }
}

/** Where no index has the order: sorts all that meet the filters. The last resort, after all others. */
export class SortAll implements Path {
  readonly #page: Page;
  readonly #filters: readonly ImageFilter[];
  readonly #afterBudget: number;
  readonly meetsMany = false;

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
    // The ids alone: whole rows are too much to be sorted. In one statement: an image that goes between two of them would
    // make the page too short, and so the last one.
    const first = q.db
      .select({ id: images.id })
      .from(images)
      .where(and(...met, after === null ? undefined : behind(order, after)))
      .orderBy(...orderBy(unindexed(order)))
      .limit(rows)
      .as('first');
    const found = await q.db
      .select({ image: images })
      .from(first)
      .crossJoin(images)
      .where(eq(images.id, first.id))
      .orderBy(...orderBy(unindexed(order)));
    return found.map(({ image }) => image);
  }
}

async function readSorted(
  page: Page,
  filters: readonly ImageFilter[],
  ids: readonly string[],
): Promise<ImageRow[]> {
  if (ids.length === 0) return [];
  const { q, sort, rows } = page;
  const { images } = q.tables;
  return await q.db
    .select()
    .from(images)
    .where(and(isOneOf(q, ids), ...stillMet(page, filters)))
    .orderBy(...orderBy(unindexed(imageOrder(q, sort))))
    .limit(rows);
}

/** By images that are found already. */
function stillMet({ q, sort, after }: Page, filters: readonly ImageFilter[]): SQL[] {
  const met = filters.map(({ where }) => where);
  return [...met, ...(after === null ? [] : [behind(imageOrder(q, sort), after)])].map(unseen);
}

/** The same order, but by no column that an index is for. */
export function unindexed(order: Order): Order {
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
export function unseen(condition: SQL): SQL {
  return sql`(case when ${condition} then 1 else 0 end) = 1`;
}
