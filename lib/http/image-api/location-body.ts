import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';
import type { GivenLocation, OtherHash } from '#lib/services/locations/given.ts';

export const LocationBody = z.record(z.string(), z.unknown());

const urlLimitCharacters = 4096;
const Validation = z.strictObject({
  os_hash_algo: z.string().optional(),
  os_hash_value: z.string().optional(),
});
/** That of the attribute `locations`, which also takes the MD5. */
const ValidationWithChecksum = Validation.extend({ checksum: z.string().optional() });

/** Bytes of each hash by which the call of 2.17 proves an image. The attribute `locations` knows that of images alone. */
const hashBytes = { sha1: 20, sha256: 32, sha512: 64, md5: 16 };
const own = 'sha512';

type Proof = Pick<GivenLocation, 'sha512' | 'otherHash'>;
const noProof: Proof = { sha512: null };

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
  return { url, ...(validation === undefined ? noProof : toProof(validation, withChecksum)), body };
}

function toProof(validation: unknown, withChecksum: boolean): Proof {
  const parsed = (withChecksum ? ValidationWithChecksum : Validation).safeParse(validation);
  if (!parsed.success) {
    const names = withChecksum
      ? 'checksum, os_hash_algo and os_hash_value'
      : 'os_hash_algo and os_hash_value';
    throw wrong(`'validation_data' may hold ${names}, as text`);
  }
  const {
    checksum,
    os_hash_algo: name = own,
    os_hash_value: value,
  } = parsed.data as z.infer<typeof ValidationWithChecksum>;
  if (!isKnown(name)) {
    if (withChecksum) throw invalid(`os_hash_algo must be ${own}, not ${name}`);
    throw wrong(`'${name}' is not one of ${Object.keys(hashBytes).join(', ')}`);
  }
  // The SHA-512 proves more than an MD5 could: that is made from the same bytes when they are read.
  if (checksum !== undefined) assertHash('checksum', checksum, 'md5');
  if (value === undefined && checksum === undefined) return noProof;
  if (withChecksum && name !== own) throw invalid(`os_hash_algo must be ${own}, not ${name}`);
  if (value === undefined) throw wrong("'os_hash_value' is a required property");
  assertHash('os_hash_value', value, name);
  const hash = value.toLowerCase();
  return name === own ? { sha512: hash } : { sha512: null, otherHash: { algorithm: name, value: hash } };
}

function isKnown(name: string): name is OtherHash['algorithm'] | typeof own {
  return Object.hasOwn(hashBytes, name);
}

function assertHash(field: string, value: string, name: keyof typeof hashBytes): void {
  const bytes = hashBytes[name];
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
