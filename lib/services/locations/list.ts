import { assertCan } from '#lib/auth/policy.ts';
import type { LocationRow } from '#lib/db/define-schema.ts';
import { listLocations as listRows } from '#lib/db/repositories/locations.ts';
import { isReadable } from '#lib/domain/locations.ts';
import type { Context } from '#lib/runtime/context.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { getImage } from '../images/get.ts';
import { toUrls, type LocationUrl } from './urls.ts';

/** Where an image can be read, for services that read or clone it there by themselves. */
export async function listLocations(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  imageId: string,
): Promise<LocationUrl[]> {
  const q = runtime.db.read;
  const image = await getImage(q, actor, imageId);
  assertCan(actor, 'fetch_image_location', image, imageId);
  if (image.status !== 'active' && image.status !== 'deactivated') return [];
  return toUrls(runtime, inReadingOrder(runtime, await listRows(q, [imageId])));
}

/** Those that can be read: by the weight of their stores, the greatest first, then by their id. */
export function inReadingOrder(
  { config }: Pick<Runtime, 'config'>,
  locations: readonly LocationRow[],
): LocationRow[] {
  const order = new Map(config.stores.map(({ id }, index) => [id, index]));
  const place = ({ store_id }: LocationRow) => order.get(store_id) ?? order.size;
  return locations
    .filter(isReadable)
    .toSorted((a, b) => place(a) - place(b) || (a.store_id < b.store_id ? -1 : 1));
}
