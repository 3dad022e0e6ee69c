import type { ImageRow, StagedFile } from '../../db/define-schema.ts';
import type { ImageChanges } from '../../db/repositories/images.ts';
import type { Inspection } from '../../formats/inspection.ts';

type ProvedFile = Pick<StagedFile, 'sizeBytes' | 'md5'> & {
  sha512: string | null;
  inspection: Inspection | null;
};

/** In English for whoever asks, and as phrases for the console. */
function toSafety({ warnings }: Inspection): NonNullable<ImageRow['safety']> {
  return {
    warnings: warnings.map(({ sentence }) => sentence),
    ...(warnings.length > 0 && { phrases: warnings.map(({ phrase }) => phrase) }),
  };
}

/** What becomes of an image whose bytes are proved. */
export function toActive(image: ImageRow, proved: ProvedFile, now: number): ImageChanges {
  return { ...toProved(image, proved, now), status: 'active' };
}

/** The same without the status: what is known of the bytes. */
export function toProved(
  image: ImageRow,
  { sizeBytes, md5, sha512, inspection }: ProvedFile,
  now: number,
): ImageChanges {
  return {
    size_bytes: sizeBytes,
    virtual_size_bytes: inspection?.virtualSizeBytes ?? null,
    disk_format: image.disk_format ?? inspection?.diskFormat ?? 'raw',
    container_format: image.container_format ?? inspection?.containerFormat ?? 'bare',
    format_detail: inspection?.detail ?? null,
    safety: inspection === null ? null : toSafety(inspection),
    md5,
    sha512,
    updated_at: now,
  };
}
