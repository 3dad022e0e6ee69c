import { z } from 'zod';
import { Actions, ImageId, StoreId, Timestamp } from './common.ts';

/** receiving: bytes come or may come · checking: all bytes are here, the hash is being made · active, failed, expired: ended. */
const uploadStates = ['receiving', 'checking', 'done', 'failed'] as const;
export const UploadState = z.enum(uploadStates);
export type UploadState = z.infer<typeof UploadState>;

/** A store that an upload goes to. Once it has ended, `active` (the image lies there) or `failed`. */
export const UploadStore = z.object({
  store: StoreId,
  durable_bytes: z.number(),
  state: z.string(),
  error: z.string().nullable(),
});
export type UploadStore = z.infer<typeof UploadStore>;

/** An upload as the server knows it; the list of these, not the browser's memory, says what can be gone on with. */
export const UploadView = z.object({
  id: z.string(),
  /** `/api/uploads/{id}`, for tus. */
  url: z.string(),
  image_id: ImageId,
  name: z.string(),
  /** Name, size and time of the file as its browser told them, to recognise the same file again. */
  file: z.object({ name: z.string(), size_bytes: z.number().nullable(), fingerprint: z.string().nullable() }),
  /** 'Chrome, maria-laptop' as far as the request told. */
  client: z.string().nullable(),
  state: UploadState,
  /** True while a request is writing. */
  receiving_now: z.boolean(),
  length_bytes: z.number().nullable(),
  /** Durable bytes: where the upload goes on after anything. */
  offset_bytes: z.number(),
  /** Moves while `checking`, when the stored bytes have to be read back; all at once otherwise. */
  verified_bytes: z.number(),
  /** Bytes a second, received or read back. */
  rate: z.number().nullable(),
  stores: z.array(UploadStore),
  all_stores_must_succeed: z.boolean(),
  error: z.string().nullable(),
  remedy: z.string().nullable(),
  created_by: z.string().nullable(),
  created_at: Timestamp,
  updated_at: Timestamp,
  expires_at: Timestamp,
  actions: Actions,
});
export type UploadView = z.infer<typeof UploadView>;

export const UploadList = z.object({ uploads: z.array(UploadView) });
export type UploadList = z.infer<typeof UploadList>;

/** Keys of tus `Upload-Metadata`; any other key is refused. `property:<key>` sets a property of the image. */
export const uploadMetadataKeys = [
  'name',
  'filename',
  'filetype',
  'fingerprint',
  'client',
  'stores',
  'disk_format',
  'container_format',
  'visibility',
  'protected',
  'tags',
  'image_id',
  'sha512',
  'all_stores_must_succeed',
  'min_disk',
  'min_ram',
] as const;
