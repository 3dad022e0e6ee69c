import { extendToken, findTokenHolder, type TokenHolder } from '#lib/db/repositories/identity.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { ordinaryCaller, type Actor } from './actor.ts';
import { callerCacheOf } from './caller-cache.ts';
import { withImpliedRoles } from './roles.ts';
import { isAdministrator } from './policy.ts';
import { readSessionCookie } from './session-cookie.ts';
import { sessionIdleMilliseconds, sessionLimitMilliseconds } from './lifetimes.ts';
import { hashToken } from './tokens.ts';

export type AuthenticationParts = Pick<Runtime, 'db' | 'now' | 'log' | 'policy'>;

/**
 * Who sent a request with these headers: `X-Auth-Token`, else `Authorization: Bearer`, else the session cookie. Null
 * when nobody valid did. A header that is given and wrong is not made good by a cookie.
 */
export async function authenticate(runtime: AuthenticationParts, headers: Headers): Promise<Actor | null> {
  const given = readCredential(headers);
  if (given === null) return null;
  const hash = hashToken(given.token);
  const holder = await findHolder(runtime, hash);
  // A session is worth something as a cookie only, because only there other sites are kept out.
  if (holder === null || holder.token.kind !== given.kind) return null;
  if (given.kind === 'session') keepSession(runtime, holder);
  return toActor(runtime, holder);
}

export function toActor(
  { policy }: Pick<Runtime, 'policy'>,
  { token, user, project, roles }: TokenHolder,
): Actor {
  const all = withImpliedRoles(roles);
  const known = { userId: user.id, projectId: project.id, roles: all, ...ordinaryCaller };
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

function readCredential(headers: Headers): { kind: 'token' | 'session'; token: string } | null {
  const header = headers.get('x-auth-token');
  if (header !== null) return { kind: 'token', token: header };
  const bearer = /^bearer +(\S+)$/i.exec(headers.get('authorization') ?? '');
  if (bearer?.[1] !== undefined) return { kind: 'token', token: bearer[1] };
  const cookie = readSessionCookie(headers);
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
