import { z } from 'zod';
import {
  Actions,
  ContainerFormat,
  DiskFormat,
  ImageId,
  ImageName,
  ImageStatus,
  LocationState,
  StoreId,
  Tags,
  Timestamp,
  Visibility,
} from './common.ts';
import { PhraseSchema } from './phrases.ts';
import { TransferView } from './transfers.ts';

export const LocationView = z.object({
  store: StoreId,
  state: LocationState,
  /** Bytes of the image that are durable in this store. */
  bytes: z.number(),
  verified_at: Timestamp.nullable(),
  created_at: Timestamp,
  error: z.string().nullable(),
  /** Progress of the transfer or upload that fills it, while there is one. */
  transfer_id: z.string().nullable(),
  upload_id: z.string().nullable(),
  actions: Actions,
});
export type LocationView = z.infer<typeof LocationView>;

export const ImageSummary = z.object({
  id: ImageId,
  name: z.string().nullable(),
  status: ImageStatus,
  disk_format: z.string().nullable(),
  container_format: z.string().nullable(),
  size_bytes: z.number().nullable(),
  virtual_size_bytes: z.number().nullable(),
  visibility: Visibility,
  protected: z.boolean(),
  hidden: z.boolean(),
  owner_id: z.string().nullable(),
  owner_name: z.string().nullable(),
  tags: z.array(z.string()),
  locations: z.array(LocationView),
  created_at: Timestamp,
  updated_at: Timestamp,
  actions: Actions,
});
export type ImageSummary = z.infer<typeof ImageSummary>;

export const ImageView = ImageSummary.extend({
  md5: z.string().nullable(),
  sha512: z.string().nullable(),
  /** What the inspection found: 'qcow2 v3'; and its warnings. */
  format_detail: z.string().nullable(),
  /** `phrases`: the warnings in their order, for readers of other languages. */
  safety: z.object({ warnings: z.array(z.string()), phrases: z.array(PhraseSchema).optional() }).nullable(),
  min_disk_gib: z.number(),
  min_ram_mib: z.number(),
  properties: z.record(z.string(), z.string()),
  members: z.array(z.object({ member_id: z.string(), status: z.string() })),
  transfers: z.array(TransferView),
});
export type ImageView = z.infer<typeof ImageView>;

export const imageSortKeys = ['name', 'size', 'created_at', 'updated_at', 'status'] as const;

/** Between commas. Each is a condition of the query: more of them cost more than anybody wants to know. */
const wordLimit = 64;
const WordList = z
  .string()
  .refine((list) => list.split(',').length <= wordLimit, `at most ${wordLimit} can be named`)
  .optional();

/** Which images: `tab` is the ownership tab of the page. Lists are comma-separated. */
export const ImageListQuery = z.object({
  tab: z.enum(['all', 'project', 'public', 'community', 'shared', 'attention']).default('all'),
  /**
   * Part of a name, whatever its case; of one or two characters: how the name begins. Or the beginning of an id, of eight
   * characters or more.
   */
  q: z.string().max(255).optional(),
  store: WordList,
  status: WordList,
  disk_format: WordList,
  visibility: WordList,
  tag: WordList,
  sort: z.enum(imageSortKeys).default('updated_at'),
  dir: z.enum(['asc', 'desc']).default('desc'),
  cursor: z.string().max(1024).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(50),
});
export type ImageListQuery = z.infer<typeof ImageListQuery>;

export const ImageList = z.object({
  images: z.array(ImageSummary),
  /** Opaque; null on the last page. */
  next_cursor: z.string().nullable(),
  /** How many match in all; null where counting would cost more than the page. */
  total: z.number().nullable(),
});
export type ImageList = z.infer<typeof ImageList>;

/** What people may set of an image. */
const ImageSettings = z
  .object({
    name: ImageName,
    visibility: Visibility,
    protected: z.boolean(),
    hidden: z.boolean(),
    tags: Tags,
    min_disk_gib: z.number().int().min(0),
    min_ram_mib: z.number().int().min(0),
    disk_format: DiskFormat,
    container_format: ContainerFormat,
    /** The whole map: what is left out is removed. */
    properties: z.record(z.string().min(1).max(255), z.string().max(65535)),
  })
  .partial()
  .strict();
/**
 * What is left out stays. `was`: what the caller took for the settings when deciding; `conflict`, and nothing is changed,
 * where one of them is different by now.
 */
export const ImageUpdate = ImageSettings.extend({ was: ImageSettings.optional() });
export type ImageUpdate = z.infer<typeof ImageUpdate>;
export type ImageSettings = z.infer<typeof ImageSettings>;

export const StartCopies = z
  .object({
    stores: z.array(StoreId).min(1).max(64),
    /** Removed there once every copy is verified. */
    move_from: StoreId.optional(),
  })
  .strict();
export type StartCopies = z.infer<typeof StartCopies>;

export const StartedCopies = z.object({ transfers: z.array(TransferView) });
export type StartedCopies = z.infer<typeof StartedCopies>;
