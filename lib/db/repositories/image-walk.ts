/** Along an index that has the order of the page; see `image-list.ts`. */
import { and, eq, sql, type SQL } from 'drizzle-orm';
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
import { unseen, type Page, type Path } from './image-paths.ts';

/** So many images are passed by in the time of a lookup. */
const passedInLookup = 4;
/** … and so many where the index itself tells most that do not match. */
const skippedInLookup = { sqlite: 16, postgres: 8 };
/** No more of them than what a lookup of a part of a name costs that so many have. */
const promisingEntries = 12_000;
/** … and than what such a lookup costs in vain, and then a walk for each owner and visibility. */
const frequentEntries = 60_000;

/** Goes along an index that has the order, and takes what meets the filters. */
export class Walk implements Path {
  readonly #page: Page;
  readonly #index: Index;
  readonly #filters: SQL[];
  /** Nearly every entry is taken: the order alone leads to the page. */
  readonly #isStraight: boolean;
  readonly #taken: ImageRow[] = [];
  #passed = 0;
  #place: Place | null;

  /** `along`: of the filters that whose images the index has; null: an index of all images. */
  constructor(page: Page, filters: readonly ImageFilter[], along: ImageFilter | null) {
    this.#page = page;
    this.#place = page.after;
    this.#index = chooseIndex(page, filters, along);
    const { meets, tells, once } = this.#index;
    const others = filters.filter((filter) => !meets.includes(filter) && !tells.includes(filter));
    this.#isStraight = tells.length === 0 && others.every(({ isWide }) => isWide);
    this.#filters = others.map((filter) => (filter.isWide ? filter.where : unseen(filter.where)));
    if (once !== undefined) this.#filters.push(once);
  }

  /** So many entries further it will be where it leads to, if it goes on as it began. */
  get entriesToGo(): number {
    return (this.#passed / this.#taken.length) * (this.#page.rows - this.#taken.length);
  }

  /** So many match that those of each owner and visibility are met soon. */
  get meetsMany(): boolean {
    return this.entriesToGo <= frequentEntries;
  }

  /** The names are known without reading an image. */
  get isQuick(): boolean {
    return this.#index.tells.length > 0;
  }

  async go(budget: number): Promise<ImageRow[] | null> {
    const entries =
      budget * (this.#index.tells.length === 0 ? passedInLookup : skippedInLookup[this.#page.q.dialect]);
    if (this.isQuick && this.#page.q.dialect === 'postgres') {
      this.#place = await this.#takeTold(entries);
    } else {
      const end = this.#isStraight ? null : await this.#placeBehind(entries);
      await this.#take(end);
      this.#place = end;
    }
    this.#passed += entries;
    return this.#place === null || this.#taken.length >= this.#page.rows ? this.#taken : null;
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
    const { order, table, tells } = this.#index;
    const { images, locations } = q.tables;
    const passed = and(this.#behind(), end === null ? undefined : upTo(order, end));
    const missing = rows - this.#taken.length;
    const isHere = and(passed, ...tells.map(({ where }) => where), ...this.#filters);
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

  /**
   * Of so many entries; the place of the last of them, null when there are fewer or no more images are wanted. PostgreSQL
   * would read every image that it passes: so first, from the index alone, those that this tells of. In one statement,
   * because images change places meanwhile; it goes no further than it must.
   */
  async #takeTold(entries: number): Promise<Place | null> {
    const { q, rows, sort } = this.#page;
    const { images } = q.tables;
    const { order, tells } = this.#index;
    const missing = rows - this.#taken.length;
    const told = listed([...new Set(tells.flatMap(({ toldBy }) => toldBy ?? []))]);
    const names = order.columns.map((_, i) => `place_${i}`);
    const places = sql.join(
      order.columns.map((column, i) => sql`${column} as ${sql.raw(`place_${i}`)}`),
      sql`, `,
    );
    const behindPlace = this.#behind();
    const from = sql`from images ${behindPlace && sql`where ${behindPlace}`} order by ${sql.join(orderBy(order), sql`, `)}`;
    const inOrder = sql.join(orderBy({ ...order, columns: names.map((name) => sql.raw(name)) }), sql`, `);
    // Under the name of the table, so that conditions hold of it as they are.
    const named = sql`select * from (select images.id, images.${told}, ${places} ${from} limit ${entries}) as images
      where ${and(...tells.map(({ where }) => where))} order by ${inOrder} offset 0`;
    const meets = unseen(
      sql`exists (select 1 from images where ${images.id} = named.id and ${and(...this.#filters)})`,
    );
    const met = sql`select id, ${listed(names)} from (${named}) as named
      ${this.#filters.length === 0 ? undefined : sql`where ${meets}`} order by ${inOrder} limit ${missing}`;
    const last = sql`select null, ${places} ${from} limit 1 offset ${entries - 1}`;
    const passed = await q.db
      .select({ image: images, place: sql<Place>`json_build_array(${listed(names)})` })
      .from(sql`((${met}) union all (${last}) limit ${missing}) as passed`)
      .leftJoin(images, eq(images.id, sql`passed.id`));
    const taken = passed.flatMap(({ image }) => image ?? []);
    this.#taken.push(...taken.sort((one, other) => compareRows(one, other, sort)));
    return passed.find(({ image }) => image === null)?.place ?? null;
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
  /** It tells of these itself, so that no image is read for nothing. */
  tells: readonly ImageFilter[];
  /** Leaves one entry of each image. */
  once?: SQL;
}

function chooseIndex({ q, sort }: Page, filters: readonly ImageFilter[], along: ImageFilter | null): Index {
  const { locations } = q.tables;
  switch (along?.scope?.kind) {
    case 'store': {
      const entries = and(eq(locations.store_id, along.scope.store), isLiving);
      return { table: 'locations', order: locationOrder(q, sort), entries, meets: [along], tells: [] };
    }
    case 'broken': {
      const once = sql`not exists (select 1 from locations as other where
        other.image_id = ${locations.image_id} and other.store_id < ${locations.store_id}
        and lower(other.state) in ('missing', 'corrupt', 'failed'))`;
      return {
        table: 'locations',
        order: locationOrder(q, sort),
        entries: isBroken,
        meets: [along],
        tells: [],
        once,
      };
    }
  }
  const bounds = filters.filter(({ bounds: of }) => of === sort[0]?.key);
  const which = along?.scope === undefined && along?.among !== undefined ? isInactive : along?.where;
  return {
    table: 'images',
    order: imageOrder(q, sort),
    entries: and(which, ...bounds.map(({ where }) => where)),
    meets: along?.scope === undefined ? bounds : [along, ...bounds],
    tells: filters.filter(({ toldBy }) => toldBy !== undefined && toldBy === besides(along, sort)),
  };
}

function listed(columns: readonly string[]): SQL {
  return sql.raw(columns.join(', '));
}

/** What the index has beside its order; see `lib/db/tables/images.ts`. */
function besides(along: ImageFilter | null, [first]: readonly SortPart[]): ImageFilter['toldBy'] {
  if (first?.key === 'name') return along === null ? 'search_name' : undefined;
  if (first?.key !== 'updated_at') return undefined;
  return along?.scope === undefined && along?.among !== undefined ? 'status' : 'search_name';
}

function isNumeric(key: string | undefined): boolean {
  return key === 'size' || key === 'created_at' || key === 'updated_at';
}

/**
 * Goes on at once while it is promising: to look for all that match in PostgreSQL's index of trigrams costs as much as to
 * pass by ten thousand names.
 */
export function promising(walk: Walk): Path {
  return {
    async go(budget) {
      for (let next = budget; ;) {
        const rows = await walk.go(next);
        const { entriesToGo } = walk;
        if (rows !== null || !walk.isQuick || !(entriesToGo <= promisingEntries)) return rows;
        // A little more than what it takes on average.
        next = Math.ceil(Math.max(budget, (1.3 * entriesToGo) / skippedInLookup.postgres));
      }
    },
  };
}
