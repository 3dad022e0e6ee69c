/** Rules about the places where an image lies. Pure: they judge rows, they change nothing. */
import type { LocationState } from '#lib/contract/common.ts';
import { StowageError } from '#lib/contract/errors.ts';

export interface LocationFacts {
  store_id: string;
  state: LocationState;
  verified_at: number | null;
}

/** Proved by a hash of what was stored. Only such a copy lets another one go. */
export function isGoodCopy(location: LocationFacts): boolean {
  return location.state === 'active' && location.verified_at !== null;
}

/** May be read from. An unproved one serves when there is no other. */
export function isReadable(location: LocationFacts): boolean {
  return location.state === 'active';
}

/** The readable locations: proved ones first, then by the weight of their store, the greatest first; then by name. */
export function orderSources<Location extends LocationFacts>(
  locations: readonly Location[],
  weightOf: (storeId: string) => number,
): Location[] {
  return locations
    .filter(isReadable)
    .toSorted(
      (a, b) =>
        Number(isGoodCopy(b)) - Number(isGoodCopy(a)) ||
        weightOf(b.store_id) - weightOf(a.store_id) ||
        (a.store_id < b.store_id ? -1 : 1),
    );
}

/** Not what it was, or not there any more: never served, to be written anew from another copy. */
export function isBroken({ state }: LocationFacts): boolean {
  return state === 'missing' || state === 'corrupt';
}

export interface RemovalFacts {
  /** Living rows of the image (none that is `deleting`). */
  locations: readonly LocationFacts[];
  storeId: string;
  /** Stores that the configuration names; a copy in another one cannot be reached. */
  isKnownStore(storeId: string): boolean;
}

/**
 * Throws unless the image may lose its copy in this store: `not_found` when there is none, `wrong_state` while it is
 * being written, `last_location` when no other proved copy would remain. A broken copy may go when any copy remains.
 */
export function assertMayRemove({ locations, storeId, isKnownStore }: RemovalFacts): void {
  const location = locations.find((candidate) => candidate.store_id === storeId);
  if (location === undefined) {
    throw new StowageError('not_found', `This image has no copy in the store "${storeId}".`);
  }
  if (location.state === 'writing' || location.state === 'verifying') {
    throw new StowageError('wrong_state', `The copy in the store "${storeId}" is still being written.`, {
      remedy: 'Cancel its transfer or upload instead; that removes what was written.',
    });
  }
  const others = locations.filter((other) => other !== location && isKnownStore(other.store_id));
  if (location.state === 'failed' || others.some(isGoodCopy)) return;
  if (isBroken(location) && others.some(isReadable)) return;
  throw new StowageError(
    'last_location',
    `The store "${storeId}" holds the last proved copy of this image.`,
    {
      glance:
        'Cannot delete image data from the only store containing it. Consider deleting the image instead.',
      remedy: others.some(isReadable)
        ? 'Have another copy verified first, or delete the image.'
        : 'Copy it to another store first, or delete the image.',
    },
  );
}

/** The same as a sentence for a disabled control; true when it may go. */
export function mayRemove(facts: RemovalFacts): true | string {
  try {
    assertMayRemove(facts);
    return true;
  } catch (error) {
    return error instanceof Error ? error.message : 'Not now.';
  }
}
