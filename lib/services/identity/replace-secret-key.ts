import { fingerprintOf } from '#lib/auth/sealed.ts';
import type { Config } from '#lib/config/config.ts';
import type { Database } from '#lib/db/database.ts';
import { deleteSealedSessions } from '#lib/db/repositories/identity.ts';
import { replaceFingerprint } from '#lib/db/repositories/key-fingerprints.ts';
import { secretKeyName } from './confirm-secret-key.ts';

/**
 * From now on the database belongs to this key. Sessions that the old one has sealed could not be opened any more and
 * end; returns how many. Safe to repeat.
 */
export async function replaceSecretKey(
  db: Database,
  { secretKey }: Pick<Config, 'secretKey'>,
  now: () => number,
): Promise<number> {
  return await db.transaction(async (q) => {
    await replaceFingerprint(q, secretKeyName, fingerprintOf(secretKey), now());
    return await deleteSealedSessions(q);
  });
}
