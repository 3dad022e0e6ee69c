import { randomBytes } from 'node:crypto';
import { sessionIdleMilliseconds, tokenMilliseconds, vouchedMilliseconds } from '#lib/auth/lifetimes.ts';
import { makeToken } from '#lib/auth/tokens.ts';
import type { Transaction } from '#lib/db/database.ts';
import type { Role, TokenRow, UserRow } from '#lib/db/define-schema.ts';
import { deleteExpiredTokens, findUser, insertToken } from '#lib/db/repositories/identity.ts';
import type { IdentityContext } from './identity-context.ts';
import { wrongCredentials } from './verify-credentials.ts';

export interface TokenRequest {
  kind: TokenRow['kind'];
  /** As it was when the bearer proved to be this user. */
  user: Pick<UserRow, 'id' | 'password_hash'>;
  projectId: string;
  methods: string[];
  /** What asked for it, for the list of sessions. */
  client: string | null;
  applicationCredentialId?: string | null;
  /** A token made from another one lives no longer than that. */
  notAfter?: number;
  /** An API token has one. */
  name?: string | null;
  /** No more roles than these. */
  roles?: Role[] | null;
  /** The API token that it ends with. */
  parentHash?: string | null;
  /** Milliseconds; by default as long as signing in gives. */
  lifetime?: number;
}

/**
 * A new token or session. Its text exists only in what is returned. `unauthenticated` when the user got another password
 * or was put out of use since: that ends what they were signed in with, so nothing of before may come after it.
 */
export async function issueToken(
  { runtime }: Pick<IdentityContext, 'runtime'>,
  {
    kind,
    user,
    projectId,
    methods,
    client,
    applicationCredentialId = null,
    notAfter = Infinity,
    name = null,
    roles = null,
    parentHash = null,
    lifetime = kind === 'session' ? sessionIdleMilliseconds : tokenMilliseconds,
  }: TokenRequest,
): Promise<{ token: string; row: TokenRow }> {
  const { token, hash } = makeToken();
  const now = runtime.now();
  const row: TokenRow = {
    hash,
    kind,
    user_id: user.id,
    project_id: projectId,
    application_credential_id: applicationCredentialId,
    sealed_token: null,
    audit_id: randomBytes(16).toString('base64url'),
    methods,
    created_at: now,
    expires_at: Math.min(now + lifetime, notAfter),
    client: client === null ? null : client.slice(0, 255),
    name,
    roles,
    parent_hash: parentHash,
  };
  await runtime.db.transaction(async (transaction) => {
    await lockTokensOf(transaction, user.id);
    const current = await findUser(transaction, user.id);
    if (!current?.enabled || current.password_hash !== user.password_hash) throw wrongCredentials();
    await deleteExpiredTokens(transaction, { now, tokensUntil: now - vouchedMilliseconds });
    await insertToken(transaction, row);
  });
  return { token, row };
}

/** For who makes tokens of a user and who ends all of them. */
export async function lockTokensOf(transaction: Transaction, userId: string): Promise<void> {
  await transaction.lock(`tokens-of:${userId}`);
}
