import { GiB } from '#lib/contract/limits.ts';
import type { Config, ResourceLimits } from './config.ts';
import type { ConfigDocument } from './document.ts';
import { nearest } from './nearest.ts';
import type { ConfigFile } from './schema.ts';

type WrittenLimits = ConfigFile['limits'];

export function toLimits({ image_size_gib, stores, ...project }: WrittenLimits): Config['limits'] {
  return {
    imageSizeBytes: Math.floor(image_size_gib * GiB),
    project: toResources(project),
    stores: Object.fromEntries(Object.entries(stores).map(([id, limits]) => [id, toResources(limits)])),
  };
}

function toResources(limits: WrittenLimits['stores'][string]): ResourceLimits {
  const { image_size_total_gib: size, image_stage_total_gib: stage } = limits;
  return {
    ...(size !== undefined && { size: Math.floor(size * GiB) }),
    ...(stage !== undefined && { stage: Math.floor(stage * GiB) }),
    ...(limits.image_count_total !== undefined && { count: limits.image_count_total }),
    ...(limits.image_count_uploading !== undefined && { uploading: limits.image_count_uploading }),
  };
}

/** Reports limits of stores that are not there: they would limit nothing. */
export function checkLimits(
  { stores }: WrittenLimits,
  known: readonly string[],
  document: ConfigDocument | null,
): void {
  for (const id of Object.keys(stores)) {
    if (known.includes(id)) continue;
    const hint = nearest(id, known);
    document?.report(
      ['limits', 'stores', id],
      `There is no store "${id}".`,
      hint ? `Did you mean ${hint}?` : `The stores are: ${known.join(', ')}.`,
    );
  }
}
