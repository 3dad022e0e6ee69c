import { heartbeatSeconds } from '../../contract/limits.ts';
import type { UploadStore, UploadView } from '../../contract/uploads.ts';
import type { LocationRow, UploadRow } from '../../db/define-schema.ts';
import { listLocationsOfUpload } from '../../db/repositories/locations.ts';
import type { Runtime } from '../../runtime/runtime.ts';

/** The upload as the console and scripts see it. */
export async function toUploadView(runtime: Runtime, upload: UploadRow): Promise<UploadView> {
  return view(runtime, upload, await listLocationsOfUpload(runtime.db.read, upload.id));
}

export async function toUploadViews(runtime: Runtime, uploads: readonly UploadRow[]): Promise<UploadView[]> {
  return await Promise.all(uploads.map((upload) => toUploadView(runtime, upload)));
}

function view(runtime: Runtime, upload: UploadRow, locations: LocationRow[]): UploadView {
  const now = runtime.now();
  const progress = runtime.uploads.progressOf(upload.id);
  const elsewhere =
    upload.lease_expires_at !== null &&
    upload.lease_expires_at > now &&
    now - upload.updated_at < heartbeatSeconds * 1000;
  const done = upload.state === 'done';
  return {
    id: upload.id,
    url: `/api/uploads/${upload.id}`,
    image_id: upload.image_id,
    name: upload.name,
    file: {
      name: upload.file_name ?? upload.name,
      size_bytes: upload.length_bytes,
      fingerprint: upload.fingerprint,
    },
    client: upload.client,
    state: upload.state,
    receiving_now:
      upload.state === 'receiving' &&
      (progress !== null || (elsewhere && upload.lease_holder !== runtime.processId)),
    length_bytes: upload.length_bytes,
    offset_bytes: upload.offset_bytes,
    // What is durable was hashed as it passed; it counts as verified when the whole has been compared.
    verified_bytes: done ? (upload.length_bytes ?? upload.offset_bytes) : (progress?.verifiedBytes ?? 0),
    rate: progress?.bytesPerSecond ?? null,
    stores: upload.outcome ?? locations.filter(isLeft).map(toUploadStore),
    all_stores_must_succeed: upload.all_stores_must_succeed,
    error: upload.error,
    remedy: upload.remedy,
    created_by: upload.user_id,
    created_at: new Date(upload.created_at).toISOString(),
    updated_at: new Date(upload.updated_at).toISOString(),
    expires_at: new Date(upload.expires_at).toISOString(),
    actions:
      upload.state === 'receiving'
        ? { resume: true, cancel: true }
        : upload.state === 'checking'
          ? { cancel: 'It is being checked and stored.' }
          : { dismiss: true },
  };
}

export function toUploadStore(location: LocationRow): UploadStore {
  return {
    store: location.store_id,
    durable_bytes: location.bytes,
    state: location.state,
    error: location.error,
  };
}

/** What is being removed bears the upload's name for the remover alone. */
function isLeft({ state }: LocationRow): boolean {
  return state !== 'deleting';
}
