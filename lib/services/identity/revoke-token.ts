import { forgetCallers } from '#lib/auth/caller-cache.ts';
import { deleteToken } from '#lib/db/repositories/identity.ts';
import type { IdentityContext } from './identity-context.ts';

/** Ends a token or session, in this process at once. False when there was none. */
export async function revokeToken(
  { runtime }: Pick<IdentityContext, 'runtime'>,
  hash: string,
): Promise<boolean> {
  return await runtime.db.transaction(async (transaction) => {
    forgetCallers(runtime.db, transaction);
    return await deleteToken(transaction, hash);
  });
}
