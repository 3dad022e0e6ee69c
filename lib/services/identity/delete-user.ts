import { forgetCallers } from '#lib/auth/caller-cache.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { deleteUser as removeUser, findUser } from '#lib/db/repositories/identity.ts';
import { assertLeavesAdministrator } from './administrators.ts';
import { assertManagesIdentity, type IdentityContext } from './identity-context.ts';

/** With their roles, tokens and application credentials; what they uploaded belongs to the project and stays. */
export async function deleteUser({ runtime, actor }: IdentityContext, id: string): Promise<void> {
  assertManagesIdentity(actor);
  await runtime.db.transaction(async (transaction) => {
    if ((await findUser(transaction, id)) === null) {
      throw new StowageError('not_found', `Could not find user: ${id}.`);
    }
    await removeUser(transaction, id);
    await assertLeavesAdministrator(transaction);
    forgetCallers(runtime.db, transaction);
  });
}
