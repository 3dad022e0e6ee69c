import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';
import type { GivenLocation } from '#lib/services/locations/given.ts';

export const LocationBody = z.record(z.string(), z.unknown());

const urlLimitCharacters = 4096;
const Validation = z.strictObject({
  os_hash_algo: z.string().optional(),
  os_hash_value: z.string().optional(),
});
/** That of the attribute `locations`, which also takes the MD5. */
const ValidationWithChecksum = Validation.extend({ checksum: z.string().optional() });

/** Those that the call of 2.17 knows by name; the image is proved with one of them. */
const knownAlgorithms = ['sha1', 'sha256', 'sha512', 'md5'];
const algorithm = { name: 'sha512', bytes: 64 };
const checksumBytes = 16;

/** A location: its URL, and what its object must hash to. `withChecksum`: as the attribute `locations` has it. */
export function toLocation(
  body: Record<string, unknown>,
  { withChecksum = false }: { withChecksum?: boolean } = {},
): GivenLocation {
  const { url, validation_data: validation } = body;
  if (typeof url !== 'string' || url === '') throw wrong("'url' is a required property");
  if (url.length > urlLimitCharacters || !/^[a-z][a-z0-9+.-]*:\/\/./i.test(url)) {
    throw wrong('Invalid location: that is no URL');
  }
  return { url, sha512: validation === undefined ? null : toSha512(validation, withChecksum), body };
}

function toSha512(validation: unknown, withChecksum: boolean): string | null {
  const parsed = (withChecksum ? ValidationWithChecksum : Validation).safeParse(validation);
  if (!parsed.success) {
    const names = withChecksum
      ? 'checksum, os_hash_algo and os_hash_value'
      : 'os_hash_algo and os_hash_value';
    throw wrong(`'validation_data' may hold ${names}, as text`);
  }
  const {
    checksum,
    os_hash_algo: name = algorithm.name,
    os_hash_value: value,
  } = parsed.data as z.infer<typeof ValidationWithChecksum>;
  if (!withChecksum && !knownAlgorithms.includes(name)) {
    throw wrong(`'${name}' is not one of ${knownAlgorithms.join(', ')}`);
  }
  // The SHA-512 proves more than an MD5 could: that is made from the same bytes when they are read.
  if (checksum !== undefined) assertHash('checksum', checksum, 'md5', checksumBytes);
  if (value === undefined && checksum === undefined) return null;
  if (name !== algorithm.name) throw invalid(`os_hash_algo must be ${algorithm.name}, not ${name}`);
  if (value === undefined) throw wrong("'os_hash_value' is a required property");
  assertHash('os_hash_value', value, algorithm.name, algorithm.bytes);
  return value.toLowerCase();
}

function assertHash(field: string, value: string, name: string, bytes: number): void {
  if (!/^([0-9a-f]{2})*$/i.test(value)) throw invalid(`${field} (${value}) is not a valid hexadecimal value`);
  if (value.length === 2 * bytes) return;
  throw invalid(`${field} (${value}) is not the correct size for ${name} (should be ${bytes} bytes)`);
}

function invalid(message: string): StowageError {
  return new StowageError('conflict', message, { field: 'validation_data' });
}

function wrong(message: string): StowageError {
  return new StowageError('bad_request', message);
}
