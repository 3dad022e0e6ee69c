import { z } from 'zod';
import { hasOwnManifest, readOwnManifest } from './own-manifest.ts';
import { ownManifestName, type Leaf } from './segment-ledger.ts';
import type { SwiftPlace } from './swift-place.ts';

export interface Composition {
  leaves: Leaf[];
  /** Manifests below the object's own, to be removed with it. */
  manifests: { container: string; name: string }[];
  /** A manifest could not be found, so that leaves are missing here. */
  isIncomplete: boolean;
  /** A leaf is a part of an object only (`range`) or lies in the manifest itself: nothing that we or Glance wrote. */
  isForeign: boolean;
}

export const emptyComposition = (): Composition => ({
  leaves: [],
  manifests: [],
  isIncomplete: false,
  isForeign: false,
});

const Entries = z.array(
  z.object({
    name: z.string().optional(),
    bytes: z.number().optional(),
    hash: z.string().optional(),
    sub_slo: z.boolean().optional(),
    range: z.string().nullish(),
  }),
);

/**
 * The pieces of a committed large object; null when it is a plain one.
 * @param headers of the object, from HEAD
 */
export async function findComposition(
  place: SwiftPlace,
  container: string,
  name: string,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Composition | null> {
  const found = emptyComposition();
  if (headers['x-static-large-object']?.toLowerCase() === 'true') {
    await addEntries(place, container, name, found, signal);
    return found;
  }
  if (hasOwnManifest(headers)) {
    const leaves = await readOwnManifest(place, name, signal);
    const manifests = [{ container: place.segmentsContainer, name: ownManifestName(name) }];
    if (leaves !== null) return { ...emptyComposition(), leaves, manifests };
  }
  const dynamic = headers['x-object-manifest'];
  if (dynamic === undefined) return null;
  const [segmentsContainer = '', ...rest] = decodeURIComponent(dynamic).split('/');
  const prefix = rest.join('/');
  // A prefix of nothing would be the whole container.
  if (prefix === '') return { ...found, isForeign: true };
  for await (const listed of place.list(segmentsContainer, { prefix, signal })) {
    if (segmentsContainer === container && listed.name === name) continue;
    found.leaves.push({
      container: segmentsContainer,
      name: listed.name,
      bytes: listed.bytes,
      etag: listed.hash,
    });
  }
  return found;
}

/** The entries of one manifest. One that is gone meanwhile holds nothing, which is told. */
export async function addEntries(
  place: SwiftPlace,
  container: string,
  name: string,
  found: Composition,
  signal?: AbortSignal,
): Promise<void> {
  const { status, body } = await place.client.repeat({
    method: 'GET',
    path: [container, name],
    query: 'multipart-manifest=get',
    expect: [200, 404],
    signal,
  });
  if (status === 404) {
    found.isIncomplete = true;
    return;
  }
  for (const entry of Entries.parse(JSON.parse(body.toString('utf8')))) {
    const [, inner = '', ...rest] = entry.name?.split('/') ?? [];
    const leaf = { container: inner, name: rest.join('/'), bytes: entry.bytes ?? 0, etag: entry.hash ?? '' };
    if (entry.name === undefined || entry.range) found.isForeign = true;
    else if (entry.sub_slo) {
      found.manifests.push({ container: leaf.container, name: leaf.name });
      await addEntries(place, leaf.container, leaf.name, found, signal);
    } else found.leaves.push(leaf);
  }
}
