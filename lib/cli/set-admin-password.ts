/**
 * Gives the user `admin` (or the one that is named) a new password and ends its sessions; works beside a running server:
 *
 *     npm run set-admin-password [-- user]
 *
 * The password is read from standard input when something is piped in, otherwise one is made and printed. Never from the
 * arguments, which everybody on the machine can read.
 */
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { systemActor } from '#lib/auth/actor.ts';
import { makePassword } from '#lib/auth/passwords.ts';
import { isStowageError } from '#lib/contract/errors.ts';
import { openDatabase } from '#lib/db/open-database.ts';
import { setPassword } from '#lib/services/identity/set-password.ts';
import { readConfigOrExit } from './read-config.ts';
import { say } from './say.ts';

const [userName = 'admin', ...more] = process.argv.slice(2);
if (more.length > 0) {
  say(
    'One user at most can be named, and nothing was changed. A password is piped in, not written behind the name:',
  );
  say(`  printf %s "$PASSWORD" | npm run set-admin-password -- ${userName}`);
  process.exit(64);
}
const config = readConfigOrExit({ makeSecretKey: false });
if (config.identity.mode === 'keystone') {
  say(`Users are kept by Keystone at ${config.identity.keystone.publicUrl}: set the password there.`);
  process.exit(1);
}
// A new and empty database would be made there, and the old one stay as it is.
if (config.database.kind === 'sqlite' && !existsSync(config.database.path)) {
  say(`There is no database at ${config.database.path}, so nothing was changed.`);
  say(
    'Run this where Stowage is started, or with the same STOWAGE_DATA_DIR, STOWAGE_DATABASE_URL and STOWAGE_CONFIG.',
  );
  process.exit(1);
}
const given = process.stdin.isTTY ? '' : (await text(process.stdin)).replace(/\r?\n$/, '');
const password = given === '' ? makePassword() : given;
// Only the database: a whole runtime would take the leases of the server that runs.
const db = await openDatabase(config.database);
try {
  await setPassword({ runtime: { db, now: () => Date.now() }, actor: systemActor }, { userName, password });
  say(given === '' ? `The new password of ${userName} is ${password}` : `${userName} has the new password.`);
  say('Sessions and tokens of before have ended.');
} catch (error) {
  if (!isStowageError(error)) throw error;
  say(`${error.message} Nothing was changed.`);
  if (error.code === 'not_found') say('Name a user that there is: npm run set-admin-password -- <user>');
  process.exitCode = 1;
} finally {
  await db.close();
}
