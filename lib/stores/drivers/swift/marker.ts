import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StoreMarker } from '../../store.ts';
import { putNew } from './put-new.ts';
import type { SwiftPlace } from './swift-place.ts';

/** The object that says which store the container is. */
export const markerName = '.stowage-store.json';

const Marker = z.object({ storeId: z.string(), token: z.string(), createdAt: z.string() });

/** Null when the container or the marker is not there. One that nobody can read is a `wrong-store`. */
export async function readMarkerObject(place: SwiftPlace, signal?: AbortSignal): Promise<StoreMarker | null> {
  const { status, body } = await place.client.send({
    method: 'GET',
    path: [place.container, markerName],
    expect: [200, 404],
    signal,
  });
  if (status === 404) return null;
  try {
    return Marker.parse(JSON.parse(body.toString('utf8')));
  } catch (error) {
    throw place.fault('wrong-store', 'the marker in this container cannot be understood.', null, error);
  }
}

/** Makes the containers if that is wished. Never overwrites: `exists` when there is a marker. */
export async function writeMarkerObject(
  place: SwiftPlace,
  marker: StoreMarker,
  createContainers: boolean,
  signal?: AbortSignal,
): Promise<void> {
  for (const container of [place.container, place.segmentsContainer]) {
    const { status } = await place.client.repeat({
      method: createContainers ? 'PUT' : 'HEAD',
      path: [container],
      expect: [200, 201, 202, 204, 404],
      signal,
    });
    if (status !== 404) continue;
    throw place.fault(
      'refused',
      `the container "${container}" does not exist.`,
      `Create the container, or write create_container: true in the options of this store.`,
    );
  }
  const body = Buffer.from(`${JSON.stringify(marker, null, 2)}\n`);
  const request = {
    headers: { 'content-type': 'application/json', etag: createHash('md5').update(body).digest('hex') },
    body,
    nonce: marker.token,
  };
  await putNew(place, place.container, markerName, request, signal);
}
