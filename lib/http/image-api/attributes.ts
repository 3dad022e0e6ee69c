/** Attributes of an image as the Images API names them, one by one: for create and for both dialects of PATCH. */
import { z } from 'zod';
import { containerFormats, diskFormats, Visibility } from '#lib/contract/common.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { ImageDraft } from '#lib/services/images/draft.ts';
import { assertWritableName } from '#lib/services/images/property-names.ts';

const Count = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);

interface Attribute {
  field: Exclude<keyof ImageDraft, 'properties'>;
  schema: z.ZodType;
}

const attributes: ReadonlyMap<string, Attribute> = new Map([
  ['name', { field: 'name', schema: z.string().max(255).nullable() }],
  ['visibility', { field: 'visibility', schema: Visibility }],
  ['protected', { field: 'protected', schema: z.boolean() }],
  ['os_hidden', { field: 'hidden', schema: z.boolean() }],
  ['owner', { field: 'ownerId', schema: z.string().min(1).max(255) }],
  ['min_disk', { field: 'minDiskGib', schema: Count }],
  ['min_ram', { field: 'minRamMib', schema: Count }],
  ['disk_format', { field: 'diskFormat', schema: z.enum(diskFormats).nullable() }],
  ['container_format', { field: 'containerFormat', schema: z.enum(containerFormats).nullable() }],
  ['tags', { field: 'tags', schema: z.array(z.string().min(1).max(255)) }],
]);

const uuid = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

/** Properties of which the schema `image` says more than that they are text. Null is the same as not to have them. */
const describedProperties: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ['kernel_id', z.string().regex(uuid, 'must be the id of an image').nullable()],
  ['ramdisk_id', z.string().regex(uuid, 'must be the id of an image').nullable()],
  ['cinder_encryption_key_deletion_policy', z.enum(['on_image_deletion', 'do_not_delete'])],
]);

export function isAttribute(name: string): boolean {
  return attributes.has(name);
}

/** The draft with one attribute or property set. `forbidden` for the server's own, `bad_request` for a wrong value. */
export function setAttribute(draft: ImageDraft, name: string, value: unknown): ImageDraft {
  assertWritableName(name);
  const attribute = attributes.get(name);
  if (attribute === undefined) {
    const described = describedProperties.get(name)?.safeParse(value);
    if (described?.error) throw mismatch(name, described.error.issues[0]?.message ?? 'not as expected');
    if (described?.data === null) return removeProperty(draft, name);
    if (typeof value !== 'string') throw mismatch(name, `${shown(value)} is not of type 'string'`);
    return { ...draft, properties: withProperty(draft.properties, name, value) };
  }
  if (attribute.schema === Count && typeof value === 'number' && value < 0) {
    throw new StowageError(
      'bad_request',
      `Invalid value '${value}' for parameter '${name}': Cannot be a negative value.`,
      { field: name },
    );
  }
  const parsed = attribute.schema.safeParse(value);
  if (!parsed.success) throw mismatch(name, parsed.error.issues[0]?.message ?? 'not as expected');
  return { ...draft, [attribute.field]: parsed.data };
}

/** The draft without a property. */
export function removeProperty(draft: ImageDraft, name: string): ImageDraft {
  const properties = withoutPrototype(draft.properties);
  delete properties[name];
  return { ...draft, properties };
}

function withProperty(
  properties: ImageDraft['properties'],
  name: string,
  value: string,
): ImageDraft['properties'] {
  const all = withoutPrototype(properties);
  all[name] = value;
  return all;
}

/** A copy in which `__proto__` and `constructor` are names like any other. */
function withoutPrototype(properties: ImageDraft['properties']): Record<string, string> {
  return Object.assign(Object.create(null) as Record<string, string>, properties);
}

const shownCharacters = 200;

/** As JSON, cut: nobody reads a megabyte back. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
}

function mismatch(name: string, why: string): StowageError {
  return new StowageError('bad_request', `Provided object does not match schema 'image': ${name}: ${why}`, {
    field: name,
  });
}
