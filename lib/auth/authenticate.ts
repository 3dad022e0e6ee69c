import {
  extendToken,
  findSealedSession,
  findTokenHolder,
  type Role,
  type TokenHolder,
} from '#lib/db/repositories/identity.ts';
import type { Config } from '#lib/config/config.ts';
import type { Keystone } from '#lib/keystone/keystone.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { ordinaryCaller, type Actor } from './actor.ts';
import { callerCacheOf } from './caller-cache.ts';
import { rememberProject, toKeystoneActor } from './keystone-actor.ts';
import { rolesOf } from './roles.ts';
import { isAdministrator } from './policy.ts';
import { unseal } from './sealed.ts';
import { readSessionCookie } from './session-cookie.ts';
import { sessionIdleMilliseconds, sessionLimitMilliseconds, vouchedMilliseconds } from './lifetimes.ts';
import { hashToken } from './tokens.ts';

export type AuthenticationParts = Pick<Runtime, 'db' | 'now' | 'log' | 'policy'> &
  Partial<Pick<Runtime, 'keystone' | 'config'>>;

/**
 * Who sent a request with these headers: `X-Auth-Token`, else `Authorization: Bearer`, else the session cookie. Null
 * when nobody valid did. A header that is given and wrong is not made good by a cookie, and a wrong `X-Service-Token`
 * spoils a right token, as it does for other services of OpenStack.
 */
export async function authenticate(runtime: AuthenticationParts, headers: Headers): Promise<Actor | null> {
  const given = readCredential(headers, runtime.config);
  if (given === null) return null;
  if (runtime.keystone)
    return await authenticateWithKeystone({ ...runtime, keystone: runtime.keystone }, headers);
  const serviceRoles = await serviceRolesOf(runtime, headers.get('x-service-token'));
  if (serviceRoles === null) return null;
  const hash = hashToken(given.token);
  // A long copy outlives the token that it began with: the service that carries it on vouches for the user.
  const holder = (await findHolder(runtime, hash)) ?? (await findVouchedFor(runtime, hash, serviceRoles));
  // A session is worth something as a cookie only, because only there other sites are kept out.
  if (holder === null || holder.token.kind !== given.kind) return null;
  if (given.kind === 'session') keepSession(runtime, holder);
  return toActor(runtime, holder, serviceRoles);
}

/** Null for a service token that is wrong; none without one, or when it is no service's. */
async function serviceRolesOf(
  runtime: AuthenticationParts,
  serviceToken: string | null,
): Promise<readonly Role[] | null> {
  if (serviceToken === null) return [];
  const service = await findHolder(runtime, hashToken(serviceToken));
  if (service === null || service.token.kind !== 'token') return null;
  const roles = rolesOf(service);
  return roles.includes('service') ? roles : [];
}

async function findVouchedFor(
  { db, now }: AuthenticationParts,
  hash: string,
  serviceRoles: readonly Role[],
): Promise<TokenHolder | null> {
  if (serviceRoles.length === 0) return null;
  const holder = await findTokenHolder(db.read, hash, now() - vouchedMilliseconds);
  return holder?.token.kind === 'token' ? holder : null;
}

type KeystoneParts = AuthenticationParts & { keystone: Keystone };

async function authenticateWithKeystone(runtime: KeystoneParts, headers: Headers): Promise<Actor | null> {
  const { keystone } = runtime;
  const serviceToken = headers.get('x-service-token');
  let serviceRoles: readonly string[] = [];
  if (serviceToken !== null) {
    const service = await keystone.validate(serviceToken);
    if (service === null) return null;
    if (service.roles.some((role) => keystone.serviceTokenRoles.includes(role))) serviceRoles = service.roles;
  }
  const presented = await presentedKeystoneToken(runtime, headers);
  if (presented === null) return null;
  // A long copy outlives the token that it began with: the service that carries it on vouches for the user.
  const content = await keystone.validate(presented.token, { allowExpired: serviceRoles.length > 0 });
  if (content === null) return null;
  if (content.project !== null) rememberProject(runtime, content.project);
  return toKeystoneActor(content, {
    policy: runtime.policy,
    via: presented.kind,
    tokenHash: presented.hash,
    serviceRoles,
    expiresAt: Math.min(content.expiresAt, presented.expiresAt),
  });
}

export interface PresentedToken {
  kind: 'token' | 'session';
  token: string;
  /** Of what the caller holds: the token, or the session. */
  hash: string;
  expiresAt: number;
}

/** Keystone's token that a request comes with: in a header, or sealed behind the session cookie. Not checked yet. */
export async function presentedKeystoneToken(
  { db, now, config, log }: AuthenticationParts,
  headers: Headers,
): Promise<PresentedToken | null> {
  const given = readCredential(headers, config);
  if (given === null) return null;
  const hash = hashToken(given.token);
  if (given.kind === 'token') return { ...given, hash, expiresAt: Infinity };
  const session = await findSealedSession(db.read, hash, now());
  if (session === null || config === undefined) return null;
  const token = unseal(config.secretKey, session.sealed, hash);
  if (token === null) log.warn('a session does not open with this STOWAGE_SECRET_KEY');
  return token === null ? null : { kind: 'session', token, hash, expiresAt: session.expiresAt };
}

export function toActor(
  { policy }: Pick<Runtime, 'policy'>,
  holder: TokenHolder,
  serviceRoles: readonly string[] = [],
): Actor {
  const { token, user, project, credential } = holder;
  const known = {
    ...ordinaryCaller,
    userId: user.id,
    projectId: project.id,
    roles: rolesOf(holder),
    serviceRoles,
    accessRules: credential?.access_rules ?? null,
  };
  return {
    ...known,
    userName: user.name,
    projectName: project.name,
    administrator: isAdministrator(policy, known),
    policy,
    via: token.kind,
    tokenHash: token.hash,
    expiresAt: token.expires_at,
  };
}

function readCredential(
  headers: Headers,
  config: Pick<Config, 'publicUrl'> | undefined,
): { kind: 'token' | 'session'; token: string } | null {
  const header = headers.get('x-auth-token');
  if (header !== null) return { kind: 'token', token: header };
  const bearer = /^bearer +(\S+)$/i.exec(headers.get('authorization') ?? '');
  if (bearer?.[1] !== undefined) return { kind: 'token', token: bearer[1] };
  const cookie = readSessionCookie(headers, config?.publicUrl ?? null);
  return cookie === null ? null : { kind: 'session', token: cookie };
}

async function findHolder({ db, now }: AuthenticationParts, hash: string): Promise<TokenHolder | null> {
  const cache = callerCacheOf(db);
  const cached = cache.get(hash, now());
  if (cached !== null) return cached;
  const { generation } = cache;
  const holder = await findTokenHolder(db.read, hash, now());
  if (holder !== null) cache.set(hash, holder, now(), generation);
  return holder;
}

/** A session that is used goes on, up to its limit; written once in its second half and not at each request. */
function keepSession({ db, now, log }: AuthenticationParts, { token }: TokenHolder): void {
  const limit = token.created_at + sessionLimitMilliseconds;
  const extended = Math.min(now() + sessionIdleMilliseconds, limit);
  if (token.expires_at - now() > sessionIdleMilliseconds / 2 || extended <= token.expires_at) return;
  token.expires_at = extended;
  db.transaction((transaction) => extendToken(transaction, token.hash, extended)).catch((error: unknown) =>
    log.warn({ err: error }, 'a session could not be extended'),
  );
}
