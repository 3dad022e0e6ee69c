import { isService } from '#lib/auth/actor.ts';
import { vouchedMilliseconds } from '#lib/auth/lifetimes.ts';
import { canOther } from '#lib/auth/policy.ts';
import { hashToken } from '#lib/auth/tokens.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { findTokenHolder, type TokenHolder } from '#lib/db/repositories/identity.ts';
import type { IdentityContext } from './identity-context.ts';

/**
 * The bearer of a token that somebody asks about or ends: everybody their own, administrators any; services may ask
 * about any, but end none. `allowExpired`: who may ask about any token is also told of one that has ended not long ago.
 * `not_found` for a token that is unknown, ended or revoked, and for one with access rules when who asks does not say that
 * it enforces them.
 */
export async function getSubject(
  ctx: IdentityContext,
  subjectToken: string | null,
  {
    knowsAccessRules = true,
    toEnd = false,
    allowExpired = false,
  }: { knowsAccessRules?: boolean; toEnd?: boolean; allowExpired?: boolean } = {},
): Promise<TokenHolder> {
  if (subjectToken === null) {
    throw new StowageError('bad_request', 'The header X-Subject-Token is missing.', {
      field: 'X-Subject-Token',
    });
  }
  const { runtime, actor } = ctx;
  const may = canOther(actor, 'manage_identity') || (isService(actor) && !toEnd);
  const at = runtime.now() - (allowExpired && may ? vouchedMilliseconds : 0);
  const holder = await findTokenHolder(runtime.db.read, hashToken(subjectToken), at);
  if (holder === null || holder.token.kind !== 'token') {
    throw new StowageError('not_found', 'This is not a recognized token.');
  }
  if (holder.credential?.access_rules != null && !knowsAccessRules) {
    throw new StowageError('not_found', 'This is not a recognized token.');
  }
  if (holder.user.id !== actor.userId && !may) {
    const action = toEnd ? 'revoke_token' : 'validate_token';
    throw new StowageError(
      'forbidden',
      `You are not authorized to perform the requested action: identity:${action}.`,
    );
  }
  return holder;
}
