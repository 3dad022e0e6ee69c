/**
 * Gives the user `admin` (or the one that is named) a new password and ends its sessions; works beside a running server:
 *
 *     npm run set-admin-password [-- user]
 *
 * The password is read from standard input when something is piped in, otherwise one is made and printed.
 */
import { text } from 'node:stream/consumers';
import { systemActor } from '#lib/auth/actor.ts';
import { makePassword } from '#lib/auth/passwords.ts';
import { isStowageError } from '#lib/contract/errors.ts';
import { openDatabase } from '#lib/db/open-database.ts';
import { setPassword } from '#lib/services/identity/set-password.ts';
import { readConfigOrExit } from './read-config.ts';
import { say } from './say.ts';

const userName = process.argv[2] ?? 'admin';
const config = readConfigOrExit({ makeSecretKey: false });
if (config.identity.mode === 'keystone') {
  say(`Users are kept by Keystone at ${config.identity.keystone.publicUrl}: set the password there.`);
  process.exit(1);
}
const given = process.stdin.isTTY ? '' : (await text(process.stdin)).replace(/\r?\n$/, '');
const password = given === '' ? makePassword() : given;
// Only the database: a whole runtime would take the leases of the server that runs.
const db = await openDatabase(config.database);
try {
  await setPassword({ runtime: { db, now: () => Date.now() }, actor: systemActor }, { userName, password });
  say(given === '' ? `The new password of ${userName} is ${password}` : `${userName} has the new password.`);
} catch (error) {
  if (!isStowageError(error)) throw error;
  say(error.message);
  process.exitCode = 1;
} finally {
  await db.close();
}
