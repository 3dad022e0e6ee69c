import { z } from 'zod';
import { nameLimitCharacters, tagLimitCharacters, tagLimitCount } from './limits.ts';

/** `^[a-z0-9][a-z0-9_-]{0,63}$`, never `os_glance_*` (Glance keeps that prefix for itself). */
export const StoreId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,63}$/,
    'a store id has 1 to 64 of a-z, 0-9, _ and -, and starts with a letter or digit',
  )
  .refine((id) => !id.startsWith('os_glance_'), 'store ids that begin with os_glance_ are reserved');

export const ImageId = z.uuid();
export const Timestamp = z.iso.datetime();

export const diskFormats = [
  'ami',
  'ari',
  'aki',
  'vhd',
  'vhdx',
  'vmdk',
  'raw',
  'qcow2',
  'vdi',
  'iso',
  'ploop',
] as const;
export const containerFormats = ['ami', 'ari', 'aki', 'bare', 'ovf', 'ova', 'docker', 'compressed'] as const;
export const visibilities = ['public', 'private', 'shared', 'community'] as const;
export const imageStatuses = [
  'queued',
  'saving',
  'uploading',
  'importing',
  'active',
  'deactivated',
  'killed',
  'pending_delete',
  'deleted',
] as const;

export const DiskFormat = z.enum(diskFormats);
export const ContainerFormat = z.enum(containerFormats);
export const Visibility = z.enum(visibilities);
export const ImageStatus = z.enum(imageStatuses);
export type DiskFormat = z.infer<typeof DiskFormat>;
export type ContainerFormat = z.infer<typeof ContainerFormat>;
export type Visibility = z.infer<typeof Visibility>;
export type ImageStatus = z.infer<typeof ImageStatus>;

/** writing: intent row, bytes on their way · verifying: complete, being proved · active · deleting: removal goes on until it is done · missing, corrupt: found out later, never served · failed: nothing of it counts. */
export const locationStates = [
  'writing',
  'verifying',
  'active',
  'deleting',
  'missing',
  'corrupt',
  'failed',
] as const;
export const LocationState = z.enum(locationStates);
export type LocationState = z.infer<typeof LocationState>;

export const ImageName = z
  .string()
  .max(nameLimitCharacters)
  .refine((name) => !name.includes('\0'), 'must not hold a NUL character');
export const Tag = z.string().min(1).max(tagLimitCharacters);
export const Tags = z.array(Tag).max(tagLimitCount);

/** Why something cannot be done now; absent when it can. Pages disable the control and show the sentence. */
export const Actions = z.record(z.string(), z.union([z.literal(true), z.string()]));
/** `true`: allowed. A string: not now, and why (one sentence for people). A missing key: not for this caller at all. */
export type Actions = z.infer<typeof Actions>;
