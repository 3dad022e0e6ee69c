import { findComposition } from './manifest.ts';
import { begunName } from './segment-ledger.ts';
import { forEachParallel, type SwiftPlace } from './swift-place.ts';

/** Calls at once that remove something. */
const removalsAtOnce = 12;

/**
 * Removes what lies below the key and does not belong to a committed object. The mark of the beginning goes last: what
 * is cut off is found again.
 * @param names segments that are known to exist even where a listing, which may lag, does not show them yet
 */
export async function discardUnfinished(
  place: SwiftPlace,
  key: string,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const committed = await place.find(key, signal);
  const listed = await place.segmentsOf(key, signal);
  const found = new Set([...listed.map(({ name }) => name), ...names]);
  found.delete(begunName(key));
  if (committed !== null && found.size > 0) {
    const kept = await findComposition(place, place.container, key, committed, signal);
    // Swift answers 404 too when those of its servers that were asked do not have the manifest yet.
    if (kept?.isIncomplete && (await place.find(key, signal)) !== null) {
      throw place.fault('unavailable', 'it does not find the manifest of an object that it has.');
    }
    for (const { name } of [...(kept?.leaves ?? []), ...(kept?.manifests ?? [])]) found.delete(name);
  }
  await removeAll(place, found, signal);
  await place.delete(place.segmentsContainer, begunName(key), signal);
}

/**
 * Removes a committed object: the name first, so that nobody reads half of it, then what it is made of. Cut off in
 * between, the rest is listed as unfinished, and removed when this is called again.
 * @returns false when there was none
 */
export async function removeCommitted(
  place: SwiftPlace,
  key: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const headers = await place.find(key, signal);
  if (headers === null) {
    // Segments without the mark of a beginning are what an earlier removal left.
    const listed = await place.segmentsOf(key, signal);
    if (listed.length > 0 && !listed.some(({ name }) => name === begunName(key))) {
      await removeAll(place, new Set(listed.map(({ name }) => name)), signal);
    }
    return false;
  }
  const composition = await findComposition(place, place.container, key, headers, signal);
  await place.delete(place.container, key, signal);
  // Parts of objects that somebody else put together are not ours to remove.
  const isOurs = composition !== null && !composition.isForeign;
  const pieces = isOurs ? [...composition.manifests, ...composition.leaves] : [];
  await forEachParallel(pieces, removalsAtOnce, ({ container, name }) =>
    place.delete(container, name, signal),
  );
  if (isOurs) {
    const rest = (await place.segmentsOf(key, signal)).map(({ name }) => name);
    await removeAll(place, new Set(rest), signal);
  }
  return true;
}

async function removeAll(place: SwiftPlace, names: ReadonlySet<string>, signal?: AbortSignal): Promise<void> {
  // Manifests before what they stand for.
  const ordered = [...names].sort(
    (one, other) => Number(other.endsWith('.slo')) - Number(one.endsWith('.slo')),
  );
  await forEachParallel(ordered, removalsAtOnce, (name) =>
    place.delete(place.segmentsContainer, name, signal),
  );
}
