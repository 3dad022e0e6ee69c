import { presentedKeystoneToken } from '#lib/auth/authenticate.ts';
import { hasCode } from '#lib/contract/errors.ts';
import type { Context } from '#lib/runtime/context.ts';
import { revokeToken } from '../identity/revoke-token.ts';

/** Ends the session, or the token, that the request came with; behind a session also Keystone's own. */
export async function signOut(ctx: Context, headers: Headers): Promise<void> {
  const { keystone } = ctx.runtime;
  const presented = keystone ? await presentedKeystoneToken(ctx.runtime, headers) : null;
  if (ctx.actor.tokenHash !== null) await revokeToken(ctx, ctx.actor.tokenHash);
  if (keystone === null || presented === null) return;
  try {
    await keystone.revoke(presented.token);
  } catch (error) {
    // Nobody can reach it any more but through us, and it ends by itself.
    if (!hasCode(error, 'identity_unavailable')) throw error;
    ctx.log.warn({ err: error }, 'a token of Keystone could not be revoked at signing out');
  }
}
