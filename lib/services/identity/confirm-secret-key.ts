import { fingerprintOf } from '#lib/auth/sealed.ts';
import type { Config } from '#lib/config/config.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { Database } from '#lib/db/database.ts';
import { keepFingerprint } from '#lib/db/repositories/key-fingerprints.ts';

export const secretKeyName = 'secret_key';

/**
 * Every process on a database needs the same secret key: what one seals, another opens. The first one that starts leaves
 * the fingerprint of its key; the key itself is kept nowhere here. Throws `conflict` for a process with another key.
 */
export async function confirmSecretKey(
  db: Database,
  { secretKey }: Pick<Config, 'secretKey'>,
  now: () => number,
): Promise<void> {
  const fingerprint = fingerprintOf(secretKey);
  const kept = await db.transaction((q) => keepFingerprint(q, secretKeyName, fingerprint, now()));
  if (kept === fingerprint) return;
  throw new StowageError('conflict', 'This process has another secret key than the others on its database.', {
    remedy:
      'Give it theirs: in STOWAGE_SECRET_KEY or STOWAGE_SECRET_KEY_FILE, or as the file secret.key from the data directory of the first one. To change the key on purpose, stop every process, run "npm run replace-secret-key" with the new one, and give it to all: whoever is signed in to the console through Keystone then signs in again, nothing else is lost.',
  });
}
