import { StowageError } from '#lib/contract/errors.ts';
import type { ImageSettings, ImageUpdate } from '#lib/contract/images.ts';
import type { ImageDraft } from './draft.ts';
import { assertPropertyName } from './property-names.ts';

/**
 * What the console's form changes. What it leaves out stays; `properties` is the whole map. `conflict` when the image is
 * not what `was` says: of two who edit at the same time the second would undo the first without knowing.
 */
export function editSettings(draft: ImageDraft, { was, ...update }: ImageUpdate): ImageDraft {
  if (was !== undefined) assertStill(draft, was);
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

function assertStill(draft: ImageDraft, was: ImageSettings): void {
  const now: Record<keyof ImageSettings, unknown> = {
    name: draft.name ?? '',
    visibility: draft.visibility,
    protected: draft.protected,
    hidden: draft.hidden,
    tags: draft.tags,
    min_disk_gib: draft.minDiskGib,
    min_ram_mib: draft.minRamMib,
    disk_format: draft.diskFormat,
    container_format: draft.containerFormat,
    properties: draft.properties,
  };
  const changed = Object.entries(was).filter(
    ([field, value]) => comparable(value) !== comparable(now[field as keyof ImageSettings]),
  );
  const [first] = changed;
  if (first === undefined) return;
  const fields = changed.map(([field]) => field).join(', ');
  throw new StowageError('conflict', `Somebody else changed ${fields} meanwhile. Nothing was saved.`, {
    field: first[0],
    remedy: 'Look at what it is now, and save again if you still want your change.',
  });
}

/** Tags are a set and properties a map: their order says nothing. */
function comparable(value: unknown): string {
  if (Array.isArray(value)) return JSON.stringify(value.toSorted());
  if (typeof value === 'object' && value !== null) {
    return JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
  return JSON.stringify(value);
}
