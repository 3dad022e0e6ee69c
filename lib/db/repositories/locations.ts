import { randomUUID } from 'node:crypto';
import { and, asc, eq, gt, inArray, isNull, lt, lte, min, or, sql } from 'drizzle-orm';
import type { LocationState } from '../../contract/common.ts';
import type { Queries, Transaction } from '../database.ts';
import type { CopiedColumn, ImageRow, LocationRow } from '../define-schema.ts';
import { findByIds, findRow, insertRow, prepared, shapeOf, updateRow } from '../prepared.ts';
import { countLocation } from './counters.ts';
import { chargeLocation } from './usage.ts';

/** A row in one of these states takes room in its store that counts. */
const counted: ReadonlySet<LocationState> = new Set(['active', 'verifying', 'corrupt']);

/** A row for an object that was not written yet, but for what `known` says of it. `now`: milliseconds since 1970. */
export function newLocation(
  known: Pick<LocationRow, 'image_id' | 'store_id' | 'object_key' | 'state'> & Partial<LocationRow>,
  now: number,
): LocationRow {
  return {
    id: randomUUID(),
    bytes: 0,
    resume_state: null,
    committed: false,
    upload_id: null,
    transfer_id: null,
    fence: 0,
    verified_at: null,
    error: null,
    attempts: 0,
    next_attempt_at: null,
    created_at: now,
    updated_at: now,
    ...known,
  };
}

export async function insertLocation(q: Transaction, location: LocationRow, ownerId: string): Promise<void> {
  const { images, locations } = q.tables;
  const [image] = await prepared(q, 'image of a new location', () =>
    q.db
      .select({
        sort_name: images.sort_name,
        sort_size: images.sort_size,
        created_at: images.created_at,
        updated_at: images.updated_at,
      })
      .from(images)
      .where(eq(images.id, sql.placeholder('id'))),
  ).execute({ id: location.image_id });
  await insertRow(q, 'location', locations, { ...location, ...(image && copyOf(image)) });
  if (counted.has(location.state)) countLocation(q, location.store_id, ownerId, 1, location.bytes);
  chargeLocation(q, ownerId, location.store_id, null, location);
}

/** What a location has of its image, for the lists of a store. */
function copyOf(image: Pick<ImageRow, 'sort_name' | 'sort_size' | 'created_at' | 'updated_at'>) {
  return {
    image_name: image.sort_name,
    image_size: image.sort_size,
    image_created_at: image.created_at,
    image_updated_at: image.updated_at,
  } satisfies Record<CopiedColumn, unknown>;
}

/** When an image gets another owner: its copies are that one's now, in the counters too. */
export async function moveCharges(
  q: Transaction,
  imageId: string,
  fromOwner: string,
  toOwner: string,
): Promise<void> {
  for (const location of await listLocations(q, [imageId])) {
    chargeLocation(q, fromOwner, location.store_id, location, null);
    chargeLocation(q, toOwner, location.store_id, null, location);
    if (!counted.has(location.state)) continue;
    countLocation(q, location.store_id, fromOwner, -1, -location.bytes);
    countLocation(q, location.store_id, toOwner, 1, location.bytes);
  }
}

/** After every change of an image, in its transaction. */
export async function copyToLocations(q: Transaction, image: ImageRow): Promise<void> {
  const { locations } = q.tables;
  const copy = copyOf(image);
  await prepared(q, 'copy of an image in its locations', () =>
    q.db
      .update(locations)
      .set(shapeOf(copy).values)
      .where(eq(locations.image_id, sql.placeholder('imageId'))),
  ).execute({ ...copy, imageId: image.id });
}

export async function findLocation(q: Queries, id: string): Promise<LocationRow | null> {
  return await findRow(q, 'location', q.tables.locations, id);
}

/** The living location of an image in a store: any state but `deleting`. */
export async function findLocationIn(
  q: Queries,
  imageId: string,
  storeId: string,
): Promise<LocationRow | null> {
  const { locations } = q.tables;
  const rows = await prepared(q, 'location in a store', () =>
    q.db
      .select()
      .from(locations)
      .where(
        and(
          eq(locations.image_id, sql.placeholder('imageId')),
          eq(locations.store_id, sql.placeholder('storeId')),
          // Word for word as its index has it.
          sql`state <> 'deleting'`,
        ),
      )
      .limit(1),
  ).execute({ imageId, storeId });
  return rows[0] ?? null;
}

/** All rows of these images, `deleting` ones too. */
export async function listLocations(q: Queries, imageIds: readonly string[]): Promise<LocationRow[]> {
  if (imageIds.length === 0) return [];
  const { locations } = q.tables;
  return await findByIds(q, 'locations', locations.image_id, imageIds, (isOne) =>
    q.db.select().from(locations).where(isOne),
  );
}

export async function listLocationsOfUpload(q: Queries, uploadId: string): Promise<LocationRow[]> {
  const { locations } = q.tables;
  return await prepared(q, 'locations of upload', () =>
    q.db
      .select()
      .from(locations)
      .where(eq(locations.upload_id, sql.placeholder('uploadId'))),
  ).execute({ uploadId });
}

/** Those of these keys that rows name, in whatever state. */
export async function findKnownKeys(
  q: Queries,
  storeId: string,
  objectKeys: readonly string[],
): Promise<Set<string>> {
  if (objectKeys.length === 0) return new Set();
  const { locations } = q.tables;
  const rows = await q.db
    .select({ key: locations.object_key })
    .from(locations)
    .where(and(eq(locations.store_id, storeId), inArray(locations.object_key, [...objectKeys])));
  return new Set(rows.map(({ key }) => key));
}

/** What it takes to find an object and to see whether it is all there. */
export type StoredObject = Pick<LocationRow, 'id' | 'image_id' | 'object_key' | 'bytes' | 'updated_at'>;

/** Active rows of a store behind an image id, in the order of the ids. */
export async function listActivePage(
  q: Queries,
  storeId: string,
  afterImageId: string,
  limit: number,
): Promise<StoredObject[]> {
  const { locations } = q.tables;
  return await q.db
    .select({
      id: locations.id,
      image_id: locations.image_id,
      object_key: locations.object_key,
      bytes: locations.bytes,
      updated_at: locations.updated_at,
    })
    .from(locations)
    .where(
      and(
        eq(locations.store_id, storeId),
        eq(locations.state, 'active'),
        gt(locations.image_id, afterImageId),
      ),
    )
    .orderBy(asc(locations.image_id))
    .limit(limit);
}

/** Objects that are to be removed and whose next attempt is due. */
export async function listDeleting(q: Queries, now: number, limit: number): Promise<LocationRow[]> {
  const { locations } = q.tables;
  return await q.db
    .select()
    .from(locations)
    .where(
      and(
        eq(locations.state, 'deleting'),
        or(isNull(locations.next_attempt_at), lte(locations.next_attempt_at, now)),
      ),
    )
    .orderBy(asc(locations.updated_at))
    .limit(limit);
}

/** When the next removal becomes due; null when none waits for a time. */
export async function nextRemovalAt(q: Queries): Promise<number | null> {
  const { locations } = q.tables;
  const rows = await q.db
    .select({ at: min(locations.next_attempt_at) })
    .from(locations)
    .where(eq(locations.state, 'deleting'));
  return rows[0]?.at ?? null;
}

/** Rows that nobody has touched since then, in a state that should not last; a page behind an id. */
export async function listStale(
  q: Queries,
  states: LocationState[],
  before: number,
  afterId: string,
  limit: number,
): Promise<LocationRow[]> {
  const { locations } = q.tables;
  return await q.db
    .select()
    .from(locations)
    .where(and(inArray(locations.state, states), lt(locations.updated_at, before), gt(locations.id, afterId)))
    .orderBy(asc(locations.id))
    .limit(limit);
}

export type LocationChanges = Partial<
  Omit<LocationRow, 'id' | 'image_id' | 'store_id' | 'object_key' | 'created_at'>
> & { updated_at: number };

/**
 * Writes a location and keeps the counters of its store. With `fence`, only while the row still bears it: false means
 * that somebody else has taken over, nothing was written, and the caller must let go.
 */
export async function updateLocation(
  q: Transaction,
  before: LocationRow,
  ownerId: string,
  changes: LocationChanges,
  fence?: number,
): Promise<boolean> {
  const { locations } = q.tables;
  const held = fence === undefined ? undefined : { column: locations.fence, is: fence };
  // Not by what the caller has read: it may be older than this transaction.
  const kept = await findLocation(q, before.id);
  if (kept === null || !(await updateRow(q, 'location', locations, before.id, changes, held))) return false;
  const after = { ...kept, ...changes };
  chargeLocation(q, ownerId, before.store_id, kept, after);
  const [was, is] = [counted.has(kept.state), counted.has(after.state)];
  const count = (is ? 1 : 0) - (was ? 1 : 0);
  const bytes = (is ? after.bytes : 0) - (was ? kept.bytes : 0);
  // A counter is a row that everybody waits for: nobody touches it for nothing.
  if (count !== 0 || bytes !== 0) countLocation(q, before.store_id, ownerId, count, bytes);
  return true;
}

export async function deleteLocationRow(
  q: Transaction,
  location: LocationRow,
  ownerId: string,
): Promise<void> {
  await q.db.delete(q.tables.locations).where(eq(q.tables.locations.id, location.id));
  if (counted.has(location.state)) countLocation(q, location.store_id, ownerId, -1, -location.bytes);
  chargeLocation(q, ownerId, location.store_id, location, null);
}
