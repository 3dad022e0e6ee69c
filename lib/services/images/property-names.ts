import { StowageError } from '#lib/contract/errors.ts';

/** Written by the server alone. */
const readOnly = new Set([
  'id',
  'created_at',
  'updated_at',
  'status',
  'checksum',
  'size',
  'virtual_size',
  'direct_url',
  'self',
  'file',
  'schema',
  'stores',
  'os_hash_algo',
  'os_hash_value',
]);

/** Kept by Glance for itself. */
const reserved = new Set(['location', 'locations', 'deleted', 'deleted_at']);

/** Attributes of their own: as a property they would hide behind them. */
const attributes = new Set([
  'name',
  'visibility',
  'protected',
  'os_hidden',
  'owner',
  'min_disk',
  'min_ram',
  'disk_format',
  'container_format',
  'tags',
]);

/** Throws `forbidden` for a name that nobody outside may write: the server's own, reserved ones, all `os_glance_…`. */
export function assertWritableName(name: string): void {
  if (readOnly.has(name)) {
    throw new StowageError('forbidden', `Attribute '${name}' is read-only.`, { field: name });
  }
  if (reserved.has(name) || name.startsWith('os_glance_')) {
    throw new StowageError('forbidden', `Attribute '${name}' is reserved.`, { field: name });
  }
}

/** The same, and `bad_request` for the name of an attribute: for whoever sets a property as such. */
export function assertPropertyName(name: string): void {
  assertWritableName(name);
  if (!attributes.has(name)) return;
  throw new StowageError('bad_request', `'${name}' is an attribute of every image and no property.`, {
    field: name,
  });
}

/** Whether anybody may write a property of that name. */
export function isPropertyName(name: string): boolean {
  return ![readOnly, reserved, attributes].some((names) => names.has(name)) && !name.startsWith('os_glance_');
}
