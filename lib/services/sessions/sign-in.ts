import { toActor } from '#lib/auth/authenticate.ts';
import { hashToken } from '#lib/auth/tokens.ts';
import { findTokenHolder } from '#lib/db/repositories/identity.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { isDefaultDomain } from '../identity/domain.ts';
import { chooseProject } from '../identity/choose-project.ts';
import { issueToken } from '../identity/issue-token.ts';
import { revokeToken } from '../identity/revoke-token.ts';
import { verifyCredentials, wrongCredentials } from '../identity/verify-credentials.ts';
import { signInWithKeystone } from './keystone-sign-in.ts';
import type { OpenedSession, SignInRequest } from './opened-session.ts';

type SignInParts = Pick<Runtime, 'db' | 'now' | 'policy'> &
  Partial<Pick<Runtime, 'keystone' | 'config' | 'log'>>;

/** A new session; its token goes into the cookie and nowhere else. */
export async function signIn(ctx: { runtime: SignInParts }, request: SignInRequest): Promise<OpenedSession> {
  const { name, password, domain, project, address, client, previousToken } = request;
  const previousHash = previousToken === null ? null : hashToken(previousToken);
  const { keystone, config, log } = ctx.runtime;
  if (keystone && config && log) {
    return await signInWithKeystone(
      { runtime: { ...ctx.runtime, keystone, config, log } },
      { ...request, previousHash },
    );
  }
  if (domain !== undefined && domain !== '' && !isDefaultDomain({ name: domain })) throw wrongCredentials();
  const user = await verifyCredentials(ctx, { user: { name }, password, address });
  const { id: projectId } = await chooseProject(ctx, user, project ? { name: project } : null);
  if (previousHash !== null) await revokeToken(ctx, previousHash);
  const { token, row } = await issueToken(ctx, {
    kind: 'session',
    user,
    projectId,
    methods: ['password'],
    client,
  });
  const holder = await findTokenHolder(ctx.runtime.db.read, row.hash, ctx.runtime.now());
  if (holder === null) throw wrongCredentials();
  return { token, actor: toActor(ctx.runtime, holder), keystoneToken: null };
}
