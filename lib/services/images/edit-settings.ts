import type { ImageUpdate } from '#lib/contract/images.ts';
import type { ImageDraft } from './draft.ts';
import { assertPropertyName } from './property-names.ts';

/** What the console's form changes. What it leaves out stays; `properties` is the whole map. */
export function editSettings(draft: ImageDraft, update: ImageUpdate): ImageDraft {
  const { min_disk_gib, min_ram_mib, disk_format, container_format, properties, ...same } = update;
  for (const name of Object.keys(properties ?? {})) assertPropertyName(name);
  return {
    ...draft,
    ...same,
    ...(min_disk_gib !== undefined && { minDiskGib: min_disk_gib }),
    ...(min_ram_mib !== undefined && { minRamMib: min_ram_mib }),
    ...(disk_format !== undefined && { diskFormat: disk_format }),
    ...(container_format !== undefined && { containerFormat: container_format }),
    ...(properties !== undefined && { properties }),
  };
}
