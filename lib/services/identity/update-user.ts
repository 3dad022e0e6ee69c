import { forgetCallers } from '#lib/auth/caller-cache.ts';
import { hashPassword } from '#lib/auth/passwords.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { UserRow } from '#lib/db/define-schema.ts';
import {
  deleteTokensOfUser,
  findProject,
  findUser,
  findUserByName,
  updateUser as writeUser,
} from '#lib/db/repositories/identity.ts';
import { assertLeavesAdministrator } from './administrators.ts';
import { assertManagesIdentity, type IdentityContext } from './identity-context.ts';
import { lockTokensOf } from './issue-token.ts';

export interface UserChanges {
  name?: string | undefined;
  /** Ends everything that the user was signed in with. */
  password?: string | undefined;
  defaultProjectId?: string | null | undefined;
  /** False ends everything that the user was signed in with. */
  enabled?: boolean | undefined;
  description?: string | undefined;
  email?: string | null | undefined;
}

/** `conflict` when the name is taken, or when no administrator would be left. */
export async function updateUser(
  { runtime, actor }: IdentityContext,
  id: string,
  { name, password, defaultProjectId, enabled, description, email }: UserChanges,
): Promise<UserRow> {
  assertManagesIdentity(actor);
  const passwordHash = password === undefined ? undefined : await hashPassword(password);
  return await runtime.db.transaction(async (transaction) => {
    if (name !== undefined) await transaction.lock(`user:${name}`);
    await lockTokensOf(transaction, id);
    const user = await findUser(transaction, id);
    if (user === null) throw new StowageError('not_found', `Could not find user: ${id}.`);
    const named = name === undefined ? null : await findUserByName(transaction, name);
    if (named !== null && named.id !== id) {
      throw new StowageError('conflict', `There is a user named ${name} already.`, { field: 'name' });
    }
    if (defaultProjectId != null && (await findProject(transaction, defaultProjectId)) === null) {
      throw new StowageError('not_found', `Could not find project: ${defaultProjectId}.`);
    }
    const changes = {
      ...(name !== undefined && { name }),
      ...(passwordHash !== undefined && { password_hash: passwordHash }),
      ...(defaultProjectId !== undefined && { default_project_id: defaultProjectId }),
      ...(enabled !== undefined && { enabled }),
      ...(description !== undefined && { description }),
      ...(email !== undefined && { email }),
      updated_at: runtime.now(),
    };
    await writeUser(transaction, id, changes);
    if (passwordHash !== undefined || enabled === false) await deleteTokensOfUser(transaction, id);
    if (enabled === false) await assertLeavesAdministrator(transaction);
    forgetCallers(runtime.db, transaction);
    return { ...user, ...changes };
  });
}
