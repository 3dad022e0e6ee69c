import { hashPassword, makePassword } from '#lib/auth/passwords.ts';
import type { Config } from '#lib/config/config.ts';
import type { Database } from '#lib/db/database.ts';
import { hasUsers, insertProject, insertRole, insertUser } from '#lib/db/repositories/identity.ts';
import { newIdentityId } from './new-id.ts';

/**
 * While there is no user at all: makes the user `admin` with the role admin in the project `admin`. Returns the
 * password if it had to make one, to be told once; null when one was configured or somebody exists already.
 */
export async function ensureFirstAdministrator(
  db: Database,
  config: Pick<Config, 'adminPassword'>,
): Promise<string | null> {
  if (await hasUsers(db.read)) return null;
  const made = config.adminPassword === null ? makePassword() : null;
  const passwordHash = await hashPassword(made ?? config.adminPassword ?? '');
  const now = Date.now();
  const created = await db.transaction(async (transaction) => {
    // Two processes may start at the same time; only the one that writes tells a password.
    await transaction.lock('user:admin');
    if (await hasUsers(transaction)) return false;
    const [userId, projectId] = [newIdentityId(), newIdentityId()];
    await insertProject(transaction, {
      id: projectId,
      name: 'admin',
      description: 'Of the administrators',
      enabled: true,
      created_at: now,
    });
    await insertUser(transaction, {
      id: userId,
      name: 'admin',
      password_hash: passwordHash,
      default_project_id: projectId,
      enabled: true,
      description: '',
      email: null,
      created_at: now,
      updated_at: now,
    });
    await insertRole(transaction, userId, projectId, 'admin');
    return true;
  });
  return created ? made : null;
}
