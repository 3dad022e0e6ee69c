import { z } from 'zod';
import {
  ContainerFormat,
  DiskFormat,
  ImageId,
  ImageName,
  StoreId,
  Tags,
  Visibility,
} from '../../contract/common.ts';
import { StowageError } from '../../contract/errors.ts';
import { propertyLimitCount } from '../../contract/limits.ts';
import { uploadMetadataKeys } from '../../contract/uploads.ts';
import { isPropertyName } from '../images/property-names.ts';

/** tus metadata as it is on the wire: a key without a value is null. */
export type TusMetadata = Record<string, string | null>;

const flag = z.enum(['true', 'false'], 'must be true or false').transform((word) => word === 'true');
const count = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number')
  .transform(Number);

const UploadMetadata = z.object({
  name: ImageName.optional(),
  filename: z.string().max(1024).optional(),
  filetype: z.string().max(255).optional(),
  fingerprint: z.string().max(255).optional(),
  client: z.string().max(255).optional(),
  stores: z
    .string()
    .transform((words) => words.split(',').map((word) => word.trim()))
    .pipe(z.array(StoreId))
    .optional(),
  disk_format: DiskFormat.optional(),
  container_format: ContainerFormat.optional(),
  visibility: Visibility.optional(),
  protected: flag.optional(),
  tags: z
    .string()
    .transform((words) =>
      words
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== ''),
    )
    .pipe(Tags)
    .optional(),
  image_id: ImageId.optional(),
  sha512: z
    .string()
    .regex(/^[0-9a-fA-F]{128}$/, 'must be 128 hexadecimal digits')
    .transform((digits) => digits.toLowerCase())
    .optional(),
  all_stores_must_succeed: flag.optional(),
  min_disk: count.optional(),
  min_ram: count.optional(),
});

export interface UploadWishes extends z.infer<typeof UploadMetadata> {
  properties: Record<string, string>;
}

const known: ReadonlySet<string> = new Set(uploadMetadataKeys);
const propertyPrefix = 'property:';

/** Checks every key and value; the first that is wrong is named. Unknown keys are refused, so that a misspelt one is not lost. */
export function parseUploadMetadata(metadata: TusMetadata): UploadWishes {
  const plain: Record<string, string> = {};
  const properties: Record<string, string> = {};
  for (const [key, value] of Object.entries(metadata)) {
    if (value === null || value === '') {
      if (key === 'sha512' || key === 'stores') throw wrong(key, 'has no value');
      continue;
    }
    // Buffer.toString writes U+FFFD for bytes that are no UTF-8; a name with it would never be what was meant.
    if (value.includes('\uFFFD')) throw wrong(key, 'must be UTF-8');
    if (value.includes('\0')) throw wrong(key, 'must not hold a NUL character');
    if (key.startsWith(propertyPrefix)) {
      properties[propertyName(key)] = value;
    } else if (known.has(key)) {
      plain[key] = value;
    } else {
      throw wrong(key, `is not known. Known are ${uploadMetadataKeys.join(', ')} and property:<key>`);
    }
  }
  if (Object.keys(properties).length > propertyLimitCount) {
    throw new StowageError('too_large', `An image has at most ${propertyLimitCount} properties.`);
  }
  const parsed = UploadMetadata.safeParse(plain);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw wrong(String(issue?.path[0] ?? 'metadata'), issue?.message ?? 'is not as expected');
  }
  return { ...parsed.data, properties };
}

function propertyName(key: string): string {
  const name = key.slice(propertyPrefix.length);
  if (name === '' || name.length > 255) throw wrong(key, 'names a property of 1 to 255 characters');
  if (name === '__proto__' || !isPropertyName(name)) throw wrong(key, 'is kept by Stowage itself');
  return name;
}

function wrong(key: string, what: string): StowageError {
  return new StowageError('bad_request', `Upload-Metadata: ${key} ${what}.`, { field: key });
}
