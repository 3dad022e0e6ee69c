import type { UploadView } from '#lib/contract/uploads.ts';
import { readFingerprint } from './fingerprint.ts';
import type { FileFingerprint } from './fingerprint.ts';

/** same: go on with it · changed: the samples agree and the time of change does not, so a person must say · other */
export type Likeness = 'same' | 'changed' | 'other';

/** Is this the file whose first bytes the server holds? The name is not asked: files get renamed. */
export function likenessOf(upload: UploadView, sizeBytes: number, fingerprint: FileFingerprint): Likeness {
  const known = readFingerprint(upload.file.fingerprint);
  if (known === null || known.sample !== fingerprint.sample) return 'other';
  if ((upload.length_bytes ?? upload.file.size_bytes ?? sizeBytes) !== sizeBytes) return 'other';
  return known.changedAt === fingerprint.changedAt ? 'same' : 'changed';
}

export interface Recognised {
  upload: UploadView;
  likeness: 'same' | 'changed';
}

/** The unfinished upload of the server that this file goes on with: the surest, then the furthest. */
export function recogniseUpload(
  uploads: readonly UploadView[],
  sizeBytes: number,
  fingerprint: FileFingerprint,
): Recognised | null {
  const found = uploads
    .filter((upload) => upload.state === 'receiving')
    .map((upload) => ({ upload, likeness: likenessOf(upload, sizeBytes, fingerprint) }))
    .filter((candidate): candidate is Recognised => candidate.likeness !== 'other')
    .toSorted(
      (a, b) =>
        Number(b.likeness === 'same') - Number(a.likeness === 'same') ||
        b.upload.offset_bytes - a.upload.offset_bytes,
    );
  return found[0] ?? null;
}

/**
 * May the upload go on with a file that a person picked for it? Uploads that were begun by another program have no
 * fingerprint of ours: then only the size can be compared, and the person is asked.
 */
export function resumability(
  upload: UploadView,
  sizeBytes: number,
  fingerprint: FileFingerprint,
): 'same' | 'ask' | 'other' {
  const likeness = likenessOf(upload, sizeBytes, fingerprint);
  if (likeness === 'same') return 'same';
  if (likeness === 'changed') return 'ask';
  if (readFingerprint(upload.file.fingerprint) !== null) return 'other';
  return upload.length_bytes === null || upload.length_bytes === sizeBytes ? 'ask' : 'other';
}
