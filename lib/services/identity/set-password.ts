import { forgetCallers } from '#lib/auth/caller-cache.ts';
import { hashPassword } from '#lib/auth/passwords.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { deleteTokensOfUser, findUserByName, updateUser } from '#lib/db/repositories/identity.ts';
import { assertManagesIdentity, type IdentityContext } from './identity-context.ts';
import { lockTokensOf } from './issue-token.ts';

/** Gives a user a new password and ends everything that they were signed in with. */
export async function setPassword(
  { runtime, actor }: IdentityContext,
  { userName, password }: { userName: string; password: string },
): Promise<void> {
  assertManagesIdentity(actor);
  const passwordHash = await hashPassword(password);
  await runtime.db.transaction(async (transaction) => {
    await transaction.lock(`user:${userName}`);
    const user = await findUserByName(transaction, userName);
    if (user === null) throw new StowageError('not_found', `Could not find user: ${userName}.`);
    await lockTokensOf(transaction, user.id);
    await updateUser(transaction, user.id, { password_hash: passwordHash, updated_at: runtime.now() });
    await deleteTokensOfUser(transaction, user.id);
    forgetCallers(runtime.db, transaction);
  });
}
