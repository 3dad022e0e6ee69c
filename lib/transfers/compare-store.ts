import { setImmediate as nextTurn } from 'node:timers/promises';
import { findImage } from '#lib/db/repositories/images.ts';
import { findKnownKeys, listActivePage, type StoredObject } from '#lib/db/repositories/locations.ts';
import type { StrayObject, StrayReport } from '#lib/runtime/parts.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { isStoreFault, type GuardedStore } from '#lib/stores/store.ts';
import { markBroken } from './job.ts';

/** Copies that were not there when last looked for, by location id. Lost only when that is seen twice. */
export type Suspicions = Map<string, number>;

const shownStrays = 1_000;
const batchSize = 200;
/** Between two looks, because lists of some stores are behind. */
const lookAgainMilliseconds = 10_000;

/**
 * Lists the store and compares: objects without a row are reported; active copies without an object of their size are
 * looked for by name, and marked `missing` when two rounds have not found them.
 */
export async function compareStore(
  runtime: Runtime,
  store: GuardedStore,
  suspicions: Suspicions,
  signal: AbortSignal,
): Promise<{ strays: StrayReport; missing: number }> {
  const startedAt = runtime.now();
  const strays: StrayReport = {
    listedAt: new Date(startedAt).toISOString(),
    count: 0,
    bytes: 0,
    objects: [],
  };
  const seen = new Seen();
  let batch: StrayObject[] = [];
  const judgeBatch = async (): Promise<void> => {
    const keys = await findKnownKeys(
      runtime.db.read,
      store.id,
      batch.map((object) => object.key),
    );
    for (const object of batch) {
      if (keys.has(object.key)) {
        if (!object.unfinished) seen.add(object.key, object.sizeBytes);
        continue;
      }
      strays.count += 1;
      strays.bytes += object.sizeBytes;
      if (strays.objects.length < shownStrays) strays.objects.push(object);
    }
    batch = [];
  };
  for await (const { key, sizeBytes, modifiedAt, unfinished } of store.list({ signal })) {
    batch.push({ key, sizeBytes, unfinished, modifiedAt: modifiedAt.toISOString() });
    if (batch.length >= batchSize) await judgeBatch();
  }
  await judgeBatch();
  return { strays, missing: await findMissing(runtime, store, seen, suspicions, startedAt, signal) };
}

/** Rows that were active before the list began and are not in it. */
async function findMissing(
  runtime: Runtime,
  store: GuardedStore,
  seen: Seen,
  suspicions: Suspicions,
  startedAt: number,
  signal: AbortSignal,
): Promise<number> {
  let missing = 0;
  let after = '';
  for (;;) {
    const page = await listActivePage(runtime.db.read, store.id, after, batchSize);
    for (const location of page) {
      if (location.updated_at >= startedAt) continue;
      if (seen.has(location.object_key, location.bytes)) suspicions.delete(location.id);
      else if (await isMissing(runtime, store, location, suspicions)) missing += 1;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < batchSize) return missing;
    after = last.image_id;
    // SQLite answers without letting go, and there may be a million rows: others get their turn between two pages.
    await nextTurn();
    signal.throwIfAborted();
  }
}

async function isMissing(
  runtime: Runtime,
  store: GuardedStore,
  location: StoredObject,
  suspicions: Suspicions,
): Promise<boolean> {
  const sentence = await lookFor(store, location);
  if (sentence === null) {
    suspicions.delete(location.id);
    return false;
  }
  const now = runtime.now();
  const first = suspicions.get(location.id);
  if (first === undefined) suspicions.set(location.id, now);
  if (first === undefined || now - first < lookAgainMilliseconds) return false;
  suspicions.delete(location.id);
  const image = await findImage(runtime.db.read, location.image_id);
  if (image === null) return false;
  await markBroken(runtime, image, location.id, 'missing', sentence);
  return true;
}

async function lookFor(store: GuardedStore, location: StoredObject): Promise<string | null> {
  try {
    const stat = await store.stat(location.object_key);
    return stat.sizeBytes === location.bytes
      ? null
      : `The object has ${stat.sizeBytes} bytes instead of ${location.bytes}.`;
  } catch (error) {
    if (isStoreFault(error, 'not-found')) return 'The object is not in the store any more.';
    throw error;
  }
}

/** Keys with their sizes, a hash of 53 bits each: of a million objects some 40 MB, and a clash hides one loss in 10¹⁰. */
class Seen {
  #hashes = new Set<number>();

  add(key: string, sizeBytes: number): void {
    this.#hashes.add(hash(key, sizeBytes));
  }

  has(key: string, sizeBytes: number): boolean {
    return this.#hashes.has(hash(key, sizeBytes));
  }
}

function hash(key: string, sizeBytes: number): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  const text = `${key}/${sizeBytes}`;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
