import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';

export const LocationBody = z.record(z.string(), z.unknown());

const urlLimitCharacters = 4096;
const Validation = z.strictObject({
  os_hash_algo: z.string().optional(),
  os_hash_value: z.string().optional(),
});

/** The body of `POST …/locations`: a URL, and what its object must hash to. */
export function toLocation(body: Record<string, unknown>): { url: string; sha512: string | null } {
  const { url, validation_data: validation } = body;
  if (typeof url !== 'string' || url === '') throw wrong("'url' is a required property");
  if (url.length > urlLimitCharacters || !/^[a-z][a-z0-9+.-]*:\/\/./i.test(url)) {
    throw wrong('Invalid location: that is no URL');
  }
  return { url, sha512: validation === undefined ? null : toSha512(validation) };
}

function toSha512(validation: unknown): string | null {
  const parsed = Validation.safeParse(validation);
  if (!parsed.success) throw wrong("'validation_data' may hold os_hash_algo and os_hash_value, as text");
  const { os_hash_algo: algorithm = 'sha512', os_hash_value: value } = parsed.data;
  if (value === undefined) return null;
  if (algorithm !== 'sha512') {
    throw new StowageError('conflict', `os_hash_algo must be sha512, not ${algorithm}`, {
      field: 'validation_data',
    });
  }
  if (!/^[0-9a-f]*$/i.test(value)) {
    throw new StowageError('conflict', `os_hash_value (${value}) is not a valid hexadecimal value`);
  }
  if (value.length !== 128) {
    throw new StowageError(
      'conflict',
      `os_hash_value (${value}) is not the correct size for sha512 (should be 128 characters)`,
    );
  }
  return value.toLowerCase();
}

function wrong(message: string): StowageError {
  return new StowageError('bad_request', message);
}
