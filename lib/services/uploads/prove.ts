import { StowageError } from '../../contract/errors.ts';
import { pieceSizeBytes } from '../../contract/limits.ts';
import type { ImageRow, LocationRow, UploadRow } from '../../db/define-schema.ts';
import { listPieces } from '../../db/repositories/images.ts';
import { updateLocation } from '../../db/repositories/locations.ts';
import { updateUpload } from '../../db/repositories/uploads.ts';
import { checkDeclared } from '../../formats/declared.ts';
import type { Inspection } from '../../formats/inspector.ts';
import { hashObject } from '../../pipeline/hash-object.ts';
import { assertSafe } from '../../pipeline/road-errors.ts';
import { inspectObject } from '../../pipeline/inspect-object.ts';
import type { Digests } from '../../pipeline/types.ts';
import type { Context } from '../../runtime/context.ts';
import type { ActiveAppend } from '../../runtime/parts.ts';
import { hashesFor } from './hashes.ts';
import { leaseLost } from './lease.ts';
import { uploadChanged } from './publish.ts';

export interface Proved {
  sizeBytes: number;
  md5: string | null;
  /** Null in a benchmark that runs without hashes. */
  sha512: string | null;
  inspection: Inspection | null;
  /** All pieces, when a read-back made them; null: the rows have them already. */
  pieces: (string | null)[] | null;
  lastPiece: { index: number; blake3: string } | null;
}

export interface ProveAndActivate {
  upload: UploadRow;
  image: ImageRow;
  locations: LocationRow[];
  /** Of `locations`, those whose object stands under its key. */
  committed: LocationRow[];
  digests: Digests;
  inspection: Inspection | null;
  sizeBytes: number;
  session: ActiveAppend;
}

/**
 * At most one read of the stored bytes, however many requests and processes the upload came through; of another store
 * when the first one gives back other bytes than those that arrived. Such a copy is not among `committed` any more.
 */
export async function readBack(
  ctx: Context,
  work: ProveAndActivate,
): Promise<{ proved: Proved; committed: LocationRow[] }> {
  const { runtime } = ctx;
  const { upload, image, sizeBytes, inspection, session } = work;
  await startChecking(ctx, work);
  const known = await listPieces(runtime.db.read, image.id);
  const committed = work.committed.toSorted((a, b) => (a.store_id < b.store_id ? -1 : 1));
  for (let source = committed[0]; source !== undefined; source = committed[0]) {
    const { md5, sha512, pieces } = await hashObject(
      { hashPool: runtime.hashPool, slots: runtime.slots },
      runtime.stores.readable(source.store_id),
      source.object_key,
      {
        sizeBytes,
        hashes: hashesFor(runtime),
        signal: session.signal,
        onProgress: (bytes) => (session.verifiedBytes = bytes),
      },
    );
    if (sha512 === null) throw new StowageError('internal', 'The stored bytes could not be hashed.');
    const bad = known.findIndex((piece, index) => piece !== null && piece !== pieces[index]);
    if (bad < 0)
      return { proved: { sizeBytes, md5, sha512, inspection, pieces, lastPiece: null }, committed };
    ctx.log.error(
      { upload: upload.id, store: source.store_id, offset: bad * pieceSizeBytes },
      'a store gives back other bytes than those that arrived',
    );
    committed.shift();
  }
  throw notWhatArrived();
}

export function notWhatArrived(): StowageError {
  return new StowageError('checksum_mismatch', 'What the stores hold of this upload is not what arrived.', {
    remedy: 'Upload the image again.',
  });
}

async function startChecking(
  { runtime }: Context,
  { upload, image, committed, sizeBytes }: ProveAndActivate,
): Promise<void> {
  const checked = { state: 'verifying' as const, committed: true, bytes: sizeBytes };
  await runtime.db.transaction(async (q) => {
    await q.lock(image.id);
    const now = runtime.now();
    if (!(await updateUpload(q, upload.id, { state: 'checking', updated_at: now }, upload.lease_fence)))
      throw leaseLost();
    for (const location of committed) {
      await updateLocation(q, location, image.owner_id, { ...checked, updated_at: now });
    }
  });
  for (const location of committed) Object.assign(location, checked);
  uploadChanged(runtime, upload.id);
}

/** The inspection of what passed was lost on the way: nothing becomes active that nobody has looked into. */
export async function inspectStored(ctx: Context, work: ProveAndActivate): Promise<Inspection> {
  const { image, committed, sizeBytes, session } = work;
  const [source] = committed;
  if (source === undefined) throw new Error('nothing was committed');
  const store = ctx.runtime.stores.readable(source.store_id);
  const inspection = await inspectObject(store, source.object_key, { sizeBytes, signal: session.signal });
  assertFormats(image, inspection);
  return inspection;
}

export function assertExpected(upload: UploadRow, sha512: string | null): void {
  if (upload.expected_sha512 === null || sha512 === null || upload.expected_sha512 === sha512) return;
  throw new StowageError(
    'checksum_mismatch',
    `The file hashes to ${sha512.slice(0, 16)}…, and ${upload.expected_sha512.slice(0, 16)}… was expected. Nothing of it was kept.`,
    { remedy: 'Compare the file with its SHA512SUMS, then upload it again.', field: 'sha512' },
  );
}

export function assertFormats(image: ImageRow, inspection: Inspection | null): void {
  if (inspection === null) return;
  assertSafe(inspection);
  const differs = checkDeclared(
    { diskFormat: image.disk_format, containerFormat: image.container_format },
    inspection,
  );
  if (differs !== null)
    throw new StowageError('format_mismatch', differs.sentence, {
      remedy: differs.remedy,
      phrases: differs.phrases,
      field: 'disk_format',
    });
}
