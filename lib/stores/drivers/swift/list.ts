import type { ListedObject } from '../../store.ts';
import { markerName } from './marker.ts';
import { sizeOf } from './own-manifest.ts';
import type { ListedName, SwiftPlace } from './swift-place.ts';

/**
 * Both containers as one list: what is committed, and what is unfinished under its key. Both come in the order of
 * names and are compared side by side, so that a million images need no memory; what that calls unfinished is asked for
 * once more, because the orders differ where one key is the beginning of another, and because listings lag.
 */
export async function* listObjects(
  place: SwiftPlace,
  signal?: AbortSignal,
): AsyncGenerator<ListedObject, void, undefined> {
  const groups = groupByKey(place.list(place.segmentsContainer, { signal }));
  let group = await groups.next();
  for await (const listed of place.list(place.container, { signal })) {
    while (!group.done && group.value.key < listed.name) {
      yield* unfinished(place, group.value, signal);
      group = await groups.next();
    }
    if (!group.done && group.value.key === listed.name) group = await groups.next();
    if (listed.name === markerName) continue;
    // A dynamic manifest is listed without the bytes that it stands for.
    const sizeBytes = listed.bytes > 0 ? listed.bytes : await askSize(place, listed, signal);
    if (sizeBytes === null) continue;
    yield { key: listed.name, sizeBytes, modifiedAt: listed.modifiedAt, unfinished: false };
  }
  for (; !group.done; group = await groups.next()) yield* unfinished(place, group.value, signal);
}

interface Group {
  key: string;
  sizeBytes: number;
  modifiedAt: Date;
  /** Its name has not the form of a segment's. */
  isForeign: boolean;
}

async function* groupByKey(names: AsyncIterable<ListedName>): AsyncGenerator<Group, void, undefined> {
  let group: Group | null = null;
  for await (const { name, bytes, modifiedAt } of names) {
    const slash = name.indexOf('/');
    const isForeign = slash <= 0;
    const key = isForeign ? name : name.slice(0, slash);
    // What a manifest stands for counts once.
    const sizeBytes = /\.slo$|\/manifest$/.test(name) ? 0 : bytes;
    if (group !== null && group.key === key && !isForeign) {
      group.sizeBytes += sizeBytes;
      if (modifiedAt > group.modifiedAt) group.modifiedAt = modifiedAt;
      continue;
    }
    if (group !== null) yield group;
    group = { key, sizeBytes, modifiedAt, isForeign };
  }
  if (group !== null) yield group;
}

async function* unfinished(
  place: SwiftPlace,
  { key, sizeBytes, modifiedAt, isForeign }: Group,
  signal?: AbortSignal,
): AsyncGenerator<ListedObject, void, undefined> {
  if (!isForeign && (await place.find(key, signal)) !== null) return;
  yield { key, sizeBytes, modifiedAt, unfinished: !isForeign };
}

async function askSize(
  place: SwiftPlace,
  { name }: ListedName,
  signal?: AbortSignal,
): Promise<number | null> {
  const headers = await place.find(name, signal);
  return headers && sizeOf(headers);
}
