/**
 * `npm run replace-secret-key`: makes the key that is configured now the one of the database. To be run while no process
 * works on it: one that still has the old key would seal with that.
 */
import { isStowageError } from '#lib/contract/errors.ts';
import { openDatabase } from '#lib/db/open-database.ts';
import { replaceSecretKey } from '#lib/services/identity/replace-secret-key.ts';
import { readConfigOrExit } from './read-config.ts';
import { say } from './say.ts';

const config = readConfigOrExit();
try {
  const db = await openDatabase(config.database);
  try {
    const ended = await replaceSecretKey(db, config, () => Date.now());
    say(
      `The database belongs to this secret key now. ${ended === 0 ? 'Nobody has to sign in again.' : `${ended} sessions that the old one had sealed have ended.`} Give every process the same key and start them.`,
    );
  } finally {
    await db.close();
  }
} catch (error) {
  if (!isStowageError(error)) throw error;
  say([error.message, error.remedy].filter(Boolean).join(' '));
  process.exitCode = 1;
}
