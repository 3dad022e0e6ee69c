import { hashPassword } from '#lib/auth/passwords.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { findProject, findUserByName, insertUser } from '#lib/db/repositories/identity.ts';
import type { UserRow } from '#lib/db/define-schema.ts';
import { assertManagesIdentity, type IdentityContext } from './identity-context.ts';
import { newIdentityId } from './new-id.ts';

export interface NewUser {
  name: string;
  password: string;
  /** Where the user is signed in when no project is named. Gives no role there. */
  defaultProjectId?: string | null;
  enabled?: boolean;
  description?: string;
  email?: string | null;
}

/** `conflict` when the name is taken; `not_found` for a default project that does not exist. */
export async function createUser(
  { runtime, actor }: IdentityContext,
  { name, password, defaultProjectId = null, enabled = true, description = '', email = null }: NewUser,
): Promise<UserRow> {
  assertManagesIdentity(actor);
  const now = runtime.now();
  const user: UserRow = {
    id: newIdentityId(),
    name,
    password_hash: await hashPassword(password),
    default_project_id: defaultProjectId,
    enabled,
    description,
    email,
    created_at: now,
    updated_at: now,
  };
  await runtime.db.transaction(async (transaction) => {
    await transaction.lock(`user:${name}`);
    if ((await findUserByName(transaction, name)) !== null) {
      throw new StowageError('conflict', `There is a user named ${name} already.`, { field: 'name' });
    }
    if (defaultProjectId !== null && (await findProject(transaction, defaultProjectId)) === null) {
      throw new StowageError('not_found', `Could not find project: ${defaultProjectId}.`);
    }
    await insertUser(transaction, user);
  });
  return user;
}
