import { randomBytes } from 'node:crypto';
import { hashPassword } from '#lib/auth/passwords.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { findProject, findUserByName, insertUser } from '#lib/db/repositories/identity.ts';
import type { UserRow } from '#lib/db/define-schema.ts';
import { assertDefaultDomain } from './domain.ts';
import { assertManagesIdentity, type IdentityContext } from './identity-context.ts';
import { newIdentityId } from './new-id.ts';

export interface NewUser {
  name: string;
  /** Without one nobody signs in as this user until an administrator has set it. */
  password: string | null;
  domainId?: string | null | undefined;
  /** Where the user is signed in when no project is named. Gives no role there. */
  defaultProjectId?: string | null;
  enabled?: boolean;
  description?: string;
  email?: string | null;
}

/** `conflict` when the name is taken; `not_found` for a default project and for a domain that do not exist. */
export async function createUser({ runtime, actor }: IdentityContext, user: NewUser): Promise<UserRow> {
  assertManagesIdentity(actor);
  assertDefaultDomain(user.domainId, 'not_found');
  const { name, defaultProjectId = null, enabled = true, description = '', email = null } = user;
  const now = runtime.now();
  const row: UserRow = {
    id: newIdentityId(),
    name,
    password_hash: await hashPassword(user.password ?? randomBytes(32).toString('base64url')),
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
    await insertUser(transaction, row);
  });
  return row;
}
