import { setTimeout as delay } from 'node:timers/promises';
import { guessLimiterOf } from '#lib/auth/guess-limiter.ts';
import { rememberProject, toKeystoneActor } from '#lib/auth/keystone-actor.ts';
import { sessionLimitMilliseconds, vouchedMilliseconds } from '#lib/auth/lifetimes.ts';
import { seal } from '#lib/auth/sealed.ts';
import { makeToken } from '#lib/auth/tokens.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { deleteExpiredTokens, deleteToken, insertToken } from '#lib/db/repositories/identity.ts';
import type { TokenRow } from '#lib/db/define-schema.ts';
import type { Keystone } from '#lib/keystone/keystone.ts';
import type { IssuedToken } from '#lib/keystone/sign-in.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { defaultDomain } from '../identity/domain.ts';
import type { OpenedSession, SignInRequest } from './opened-session.ts';

export interface KeystoneContext {
  runtime: Pick<Runtime, 'db' | 'now' | 'policy' | 'config' | 'log'> & { keystone: Keystone };
}

/** A session of the console for a user of Keystone. Its token is kept sealed; the browser holds only our own. */
export async function signInWithKeystone(
  { runtime }: KeystoneContext,
  {
    name,
    password,
    domain,
    project,
    address,
    client,
    previousHash,
  }: SignInRequest & { previousHash: string | null },
): Promise<OpenedSession> {
  const { keystone, db, now } = runtime;
  const ofDomain = domain === undefined || domain === '' ? defaultDomain.name : domain;
  const limiter = guessLimiterOf(db);
  const key = `keystone:${ofDomain}/${name}`;
  await delay(limiter.delayMilliseconds(key, address, now()));
  const issued = await keystone.signIn(
    { name, domain: ofDomain, password },
    project ? { project: { name: project, domain: ofDomain } } : null,
  );
  if (issued === null) {
    limiter.failed(key, address, now());
    throw new StowageError(
      'unauthenticated',
      'The name, the domain or the password is wrong, or this user has no role in that project.',
      { remedy: 'Check them and try again.' },
    );
  }
  limiter.succeeded(key);
  const scoped = isScoped(issued) ? issued : await chooseScope(keystone, issued);
  const { token, hash } = makeToken();
  const row = toSessionRow(runtime, { hash, issued: scoped, client });
  await db.transaction(async (q) => {
    await deleteExpiredTokens(q, { now: now(), tokensUntil: now() - vouchedMilliseconds });
    if (previousHash !== null) await deleteToken(q, previousHash);
    await insertToken(q, row);
  });
  if (scoped.content.project !== null) rememberProject(runtime, scoped.content.project);
  const actor = toKeystoneActor(scoped.content, {
    policy: runtime.policy,
    via: 'session',
    tokenHash: hash,
    serviceRoles: [],
    expiresAt: row.expires_at,
  });
  return { token, actor, keystoneToken: scoped.token };
}

/** What a session row says in Keystone mode: whose it is, and their token, which nobody reads without the secret key. */
export function toSessionRow(
  { config, now }: Pick<Runtime, 'config' | 'now'>,
  { hash, issued, client }: { hash: string; issued: IssuedToken; client: string | null },
): TokenRow {
  const { content } = issued;
  return {
    hash,
    kind: 'session',
    user_id: content.user.id,
    project_id: content.project?.id ?? null,
    application_credential_id: null,
    sealed_token: seal(config.secretKey, issued.token, hash),
    audit_id: content.auditId,
    methods: content.methods,
    created_at: now(),
    // Keystone gives no second one without the password.
    expires_at: Math.min(content.expiresAt, now() + sessionLimitMilliseconds),
    client: client === null ? null : client.slice(0, 255),
    name: null,
    roles: null,
    parent_hash: null,
  };
}

function isScoped({ content }: IssuedToken): boolean {
  return content.project !== null || content.systemScope;
}

/** For somebody without a default project: the first in which they have a role, else the system. */
async function chooseScope(keystone: Keystone, { token }: IssuedToken): Promise<IssuedToken> {
  for (const { id } of await keystone.listProjects(token)) {
    const issued = await keystone.rescope(token, { project: { id } });
    if (issued !== null) return issued;
  }
  const issued = (await keystone.hasSystemRole(token)) ? await keystone.rescope(token, 'system') : null;
  if (issued !== null) return issued;
  throw new StowageError('unauthenticated', 'This user has no role in any project.', {
    remedy: 'Ask an administrator for a role in a project.',
  });
}
