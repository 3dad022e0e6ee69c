import { assertCan } from '#lib/auth/policy.ts';
import { listLocations as listRows } from '#lib/db/repositories/locations.ts';
import { orderSources } from '#lib/domain/locations.ts';
import type { Context } from '#lib/runtime/context.ts';
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
  const weights = new Map(runtime.config.stores.map(({ id, weight }) => [id, weight]));
  return toUrls(
    runtime,
    orderSources(await listRows(q, [imageId]), (store) => weights.get(store) ?? 0),
  );
}
