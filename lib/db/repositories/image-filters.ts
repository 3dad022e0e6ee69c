/** Conditions that lists of images are made of, with the ways that the indexes offer to the images that meet them. */
import { and, eq, exists, inArray, sql, type SQL } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import { equalsText } from '../long-text.ts';
import { findByName, nameMatches } from '../name-search.ts';

export interface ImageFilter {
  /** Over `images`. */
  where: SQL;
  /** Most images meet it: nobody looks for those that do. */
  isWide?: boolean;
  /**
   * A query with the single column `id`: all images for which `where` holds, perhaps some more, some perhaps twice;
   * null when there are none. Absent where no index leads to them.
   */
  find?: () => Promise<SQL | null>;
  /** To find them costs about the same however many they are: so many are asked for at once. */
  costly?: number;
  /** This column (and the id) tells who meets it, and there are indexes that have it beside their order. */
  toldBy?: 'search_name' | 'status';
  /** Exactly these, of which an index has every order. */
  scope?: ImageScope;
  /** They are among these few, of which an index has every order. */
  among?: { kind: 'inactive' };
  /** Met by whoever meets one of these. */
  alternatives?: ImageFilter[];
  /** Whoever meets it is of one of these owners, and has one of these visibilities. */
  owners?: readonly string[];
  visibilities?: readonly string[];
  /** A bound of this column: an index in its order begins or ends there. */
  bounds?: 'created_at' | 'updated_at';
}

/** The images of a project, of a visibility, in a store; those that have a broken copy. */
export type ImageScope = { kind: 'owner' | 'visibility' | 'broken' } | { kind: 'store'; store: string };

export type BoundOperator = 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq';
const operators = { gt: sql`>`, gte: sql`>=`, lt: sql`<`, lte: sql`<=`, eq: sql`=`, neq: sql`<>` };

/** Word for word as the indexes have them; no other index fits to what `lower` gives. */
export const isLiving = sql`state not in ('deleting', 'failed')`;
export const isBroken = sql`lower(state) in ('missing', 'corrupt', 'failed')`;
export const isInactive = sql`lower(status) <> 'active'`;

/** From so many characters of its id on a search finds an image by it. */
const idCharacters = 8;
/** Of more it is sooner to walk past some of them. */
const searchedAtOnce = 2_000;

export const imageFilters = {
  /** The name has this part (of one or two characters: begins with it), or it is the beginning of the id. */
  search(q: Queries, text: string): ImageFilter {
    const { images } = q.tables;
    const name = nameMatches(q, text);
    const costly = searchedAtOnce;
    if (!new RegExp(`^[0-9a-f-]{${idCharacters},36}$`, 'i').test(text)) {
      return { where: name, find: () => findByName(q, text), costly, toldBy: 'search_name' };
    }
    const begin = text.toLowerCase();
    const id = sql`(${images.id} >= ${begin} and ${images.id} < ${`${begin}g`})`;
    return {
      where: sql`(${name} or ${id})`,
      costly,
      toldBy: 'search_name',
      find: async () => {
        const byId = sql`select id from images where ${id}`;
        const byName = await findByName(q, text);
        return byName === null ? byId : sql`${byId} union all ${byName}`;
      },
    };
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
  ): ImageFilter {
    const { images } = q.tables;
    // `sort_name` is the same where there is a name, and it has the indexes.
    const target = images[column === 'name' ? 'sort_name' : column];
    const [only] = values;
    const where = values.length === 1 ? eq(target, only as never) : inArray(target, values as never[]);
    return {
      where,
      find: lookUp(sql`select id from images where ${where}`),
      ...(column === 'owner_id' && { owners: values }),
      ...(column === 'visibility' && { visibilities: values }),
      ...(column === 'owner_id' && values.length === 1 && { scope: { kind: 'owner' } }),
      ...(column === 'visibility' && values.length === 1 && { scope: { kind: 'visibility' } }),
      ...(column === 'status' && { toldBy: 'status' }),
      ...(column === 'status' && !values.includes('active') && { among: { kind: 'inactive' } }),
    };
  },
  /** Killed images are few and never listed. */
  notKilled(q: Queries): ImageFilter {
    return { where: sql`${q.tables.images.status} <> 'killed'`, isWide: true };
  },
  flag(q: Queries, column: 'protected' | 'hidden', value: boolean): ImageFilter {
    const target = q.tables.images[column];
    const where = eq(target, value);
    // Word for word as its index has it.
    return value
      ? { where, find: lookUp(sql`select id from images where ${sql.raw(column)}`) }
      : { where, isWide: true };
  },
  bound(
    q: Queries,
    column:
      'size_bytes' | 'virtual_size_bytes' | 'min_disk_gib' | 'min_ram_mib' | 'created_at' | 'updated_at',
    operator: BoundOperator,
    value: number,
  ): ImageFilter {
    const { images } = q.tables;
    const where = sql`${images[column]} ${operators[operator]} ${value}`;
    if (operator === 'neq') return { where, isWide: true };
    switch (column) {
      case 'size_bytes':
        return {
          where,
          find: lookUp(sql`select id from images where ${images.sort_size} ${operators[operator]} ${value}`),
        };
      case 'created_at':
      case 'updated_at':
        return { where, find: lookUp(sql`select id from images where ${where}`), bounds: column };
      default:
        return { where };
    }
  },
  /** All but the community's images of other owners. */
  notOthersCommunity(q: Queries, owner: string): ImageFilter {
    const { images } = q.tables;
    return {
      where: sql`(${images.visibility} <> 'community' or ${images.owner_id} = ${owner})`,
      isWide: true,
    };
  },
  /** Before `from`, or at `to` and later. */
  outside(q: Queries, column: 'created_at' | 'updated_at', from: number, to: number): ImageFilter {
    const target = q.tables.images[column];
    return { where: sql`(${target} < ${from} or ${target} >= ${to})`, isWide: true };
  },
  tag(q: Queries, tag: string): ImageFilter {
    const { images, image_tags } = q.tables;
    const where = exists(
      q.db
        .select({ one: sql`1` })
        .from(image_tags)
        .where(and(eq(image_tags.image_id, images.id), eq(image_tags.tag, tag))),
    );
    return {
      where,
      find: lookUp(sql`select image_id as id from image_tags where ${eq(image_tags.tag, tag)}`),
    };
  },
  property(q: Queries, name: string, value: string): ImageFilter {
    const { images, image_properties } = q.tables;
    const meets = and(eq(image_properties.name, name), equalsText(image_properties.value, value));
    const where = exists(
      q.db
        .select({ one: sql`1` })
        .from(image_properties)
        .where(and(eq(image_properties.image_id, images.id), meets)),
    );
    return { where, find: lookUp(sql`select image_id as id from image_properties where ${meets}`) };
  },
  /** Has a living location (any but `deleting` and `failed`) in one of the stores. */
  inStores(q: Queries, storeIds: readonly string[]): ImageFilter {
    const { images, locations } = q.tables;
    const where = exists(
      q.db
        .select({ one: sql`1` })
        .from(locations)
        // The first half of the last condition is what the index by image and store has.
        .where(
          and(
            eq(locations.image_id, images.id),
            inArray(locations.store_id, [...storeIds]),
            sql`state <> 'deleting' and state <> 'failed'`,
          ),
        ),
    );
    const [only, ...others] = storeIds;
    return {
      where,
      find: lookUp(
        sql`select image_id as id from locations where ${inArray(locations.store_id, [...storeIds])} and ${isLiving}`,
      ),
      ...(only !== undefined && others.length === 0 && { scope: { kind: 'store', store: only } }),
      ...(others.length > 0 && { alternatives: storeIds.map((id) => imageFilters.inStores(q, [id])) }),
    };
  },
  /** Shared with this project, which has answered so. */
  sharedWith(q: Queries, project: string, status: 'pending' | 'accepted' | 'rejected' | 'all'): ImageFilter {
    const { images, image_members } = q.tables;
    const isMember = and(
      eq(image_members.member_id, project),
      status === 'all' ? undefined : eq(image_members.status, status),
    );
    const where = sql`${images.visibility} = 'shared' and exists (
      select 1 from image_members where ${image_members.image_id} = ${images.id} and ${isMember})`;
    return {
      where,
      find: lookUp(sql`select image_id as id from image_members where ${isMember}`),
      visibilities: ['shared'],
    };
  },
  /** Something is wrong with it or with one of its copies. */
  needsAttention(q: Queries): ImageFilter {
    const { images, locations } = q.tables;
    const broken = sql`exists (select 1 from locations where ${locations.image_id} = ${images.id} and ${isBroken})`;
    const killed = imageFilters.column(q, 'status', ['killed']);
    const findBroken = sql`select image_id as id from locations where ${isBroken}`;
    return {
      where: sql`(${killed.where} or ${broken})`,
      find: lookUp(sql`select id from images where ${killed.where} union all ${findBroken}`),
      alternatives: [killed, { where: broken, find: lookUp(findBroken), scope: { kind: 'broken' } }],
    };
  },
};

function lookUp(query: SQL): () => Promise<SQL> {
  return () => Promise.resolve(query);
}
