import { randomBytes } from 'node:crypto';
import type { StoreDefinition } from './definition.ts';
import { isStoreFault, type GuardedStore, type StoreMarker } from './store.ts';

/** Where the service remembers which place each store is. */
export interface MarkerMemory {
  find(storeId: string): Promise<StoreMarker | null>;
  /** Changes nothing when there is one already. */
  save(marker: StoreMarker): Promise<void>;
}

/** What was found at a store's place. With a `problem` it must be neither read nor filled. */
export interface PlaceFinding {
  marker: StoreMarker | null;
  problem: { error: string; remedy: string } | null;
}

/**
 * Whether the place of a store is the one that it was. A place that is seen for the first time is marked; a place
 * that was marked and no longer is, is not filled: its file system is probably not mounted. Safe to repeat and to run
 * in several processes. Rejects when the store or the memory does not answer.
 */
export async function checkPlace(
  definition: Pick<StoreDefinition, 'id' | 'mode'>,
  store: GuardedStore,
  memory: MarkerMemory,
  now: Date,
): Promise<PlaceFinding> {
  const remembered = await memory.find(definition.id);
  let found = await store.readMarker();
  if (remembered !== null) return compare(remembered, found);
  if (found === null) {
    if (definition.mode === 'read-only' || !store.capabilities.has('write')) return unmarked(store);
    found = await markPlace(definition.id, store, now);
  }
  if (found.storeId !== definition.id) return { marker: null, problem: belongsTo(found.storeId) };
  await memory.save(found);
  // Another machine may have been faster, and seen another place.
  return compare((await memory.find(definition.id)) ?? found, found);
}

function compare(remembered: StoreMarker, found: StoreMarker | null): PlaceFinding {
  if (found === null) {
    return {
      marker: remembered,
      problem: {
        error:
          'The marker of this store is missing at its place; what held the images is probably not mounted.',
        remedy:
          'Mount it again. If the images were moved here on purpose, move the marker file .stowage-store.json too.',
      },
    };
  }
  if (found.storeId !== remembered.storeId) {
    return { marker: remembered, problem: belongsTo(found.storeId) };
  }
  if (found.token !== remembered.token) {
    return {
      marker: remembered,
      problem: {
        error: 'The place has a marker with this name, but it is not the place that this store was.',
        remedy:
          'Bring back the place that the store had; if this is another one, describe it as a new store with an id of its own.',
      },
    };
  }
  return { marker: remembered, problem: null };
}

function belongsTo(storeId: string): { error: string; remedy: string } {
  return {
    error: `The place belongs to the store "${storeId}".`,
    remedy: 'Give each store a place of its own in stowage.yaml, or bring back the right one.',
  };
}

/** A store that is never written to needs no marker, but it must answer. */
async function unmarked(store: GuardedStore): Promise<PlaceFinding> {
  if (store.capabilities.has('capacity')) await store.capacity();
  return { marker: null, problem: null };
}

async function markPlace(storeId: string, store: GuardedStore, now: Date): Promise<StoreMarker> {
  const marker = { storeId, token: randomBytes(16).toString('hex'), createdAt: now.toISOString() };
  try {
    await store.writeMarker(marker);
    return marker;
  } catch (error) {
    if (!isStoreFault(error, 'exists')) throw error;
    // Another process was faster: its marker holds.
    const theirs = await store.readMarker();
    if (theirs === null) throw error;
    return theirs;
  }
}
