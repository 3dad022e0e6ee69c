import type { LocationRow } from '#lib/db/define-schema.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { toGlanceLocation } from '#lib/stores/glance-locations.ts';

export interface LocationUrl {
  url: string;
  metadata: { store: string };
}

/** Locations as Glance shows them, in the given order; those in stores that Glance has no words for are left out. */
export function toUrls(
  { config }: Pick<Runtime, 'config'>,
  locations: readonly LocationRow[],
): LocationUrl[] {
  return locations.flatMap(({ store_id, object_key }) => {
    const definition = config.stores.find(({ id }) => id === store_id);
    const url = definition === undefined ? null : toGlanceLocation(definition, object_key);
    return url === null ? [] : [{ url, metadata: { store: store_id } }];
  });
}
