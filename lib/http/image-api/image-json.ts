import { can } from '#lib/auth/policy.ts';
import type { ImageRecord } from '#lib/db/repositories/images.ts';
import { listImportingStores } from '#lib/db/repositories/imports.ts';
import { listLocations } from '#lib/db/repositories/locations.ts';
import type { Context } from '#lib/runtime/context.ts';
import { inReadingOrder } from '#lib/services/locations/list.ts';
import { toUrls } from '#lib/services/locations/urls.ts';

/** Images as Glance shows them, a page in two queries. */
export async function toImagesJson(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  records: readonly ImageRecord[],
): Promise<Record<string, unknown>[]> {
  const ids = records.map(({ id }) => id);
  const locations = Map.groupBy(await listLocations(runtime.db.read, ids), ({ image_id }) => image_id);
  const importing = await listImportingStores(runtime.db.read, ids);
  const { show } = runtime.config;
  const isShown = show.locations || show.directUrl;
  return records.map((record) => {
    const readable = inReadingOrder(runtime, locations.get(record.id) ?? []);
    const stores = readable.map(({ store_id }) => store_id);
    const json = toImageJson(record, stores, importing.get(record.id) ?? []);
    if (!isShown) return json;
    const urls = hasData(record) && can(actor, 'get_image_location', record) ? toUrls(runtime, readable) : [];
    if (show.locations) json['locations'] = urls;
    if (show.directUrl && urls[0] !== undefined) json['direct_url'] = urls[0].url;
    return json;
  });
}

/**
 * One image. Properties come first, so that none of them can stand in for an attribute. `importingStores`: those that a
 * running import still has to fill.
 */
function toImageJson(
  image: ImageRecord,
  stores: readonly string[],
  importingStores: readonly string[],
): Record<string, unknown> {
  const progress = image.failed_import !== null || importingStores.length > 0;
  // While it is staged or imported, what is known of the bytes is nobody's to rely on yet.
  const isProved = hasData(image);
  // Without a prototype, so that a property named __proto__ is one like any other.
  return Object.assign(Object.create(null) as Record<string, unknown>, image.properties, {
    ...(progress && {
      os_glance_importing_to_stores: importingStores.join(','),
      os_glance_failed_import: (image.failed_import ?? []).join(','),
    }),
    name: image.name,
    disk_format: image.disk_format,
    container_format: image.container_format,
    visibility: image.visibility,
    size: image.size_bytes,
    virtual_size: image.virtual_size_bytes,
    status: image.status,
    checksum: isProved ? image.md5 : null,
    protected: image.protected,
    min_ram: image.min_ram_mib,
    min_disk: image.min_disk_gib,
    owner: image.owner_id,
    os_hidden: image.hidden,
    os_hash_algo: isProved && image.sha512 !== null ? 'sha512' : null,
    os_hash_value: isProved ? image.sha512 : null,
    id: image.id,
    created_at: toSeconds(image.created_at),
    updated_at: toSeconds(image.updated_at),
    tags: image.tags.toSorted(),
    self: `/v2/images/${image.id}`,
    file: `/v2/images/${image.id}/file`,
    schema: '/v2/schemas/image',
    ...(isProved && stores.length > 0 && { stores: stores.join(',') }),
  });
}

function hasData({ status }: ImageRecord): boolean {
  return status === 'active' || status === 'deactivated';
}

export function toSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
