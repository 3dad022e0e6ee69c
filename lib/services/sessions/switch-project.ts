import type { Actor } from '#lib/auth/actor.ts';
import { presentedKeystoneToken, toActor } from '#lib/auth/authenticate.ts';
import { forgetCallers } from '#lib/auth/caller-cache.ts';
import { rememberProject, toKeystoneActor } from '#lib/auth/keystone-actor.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { findTokenHolder, listProjectsOfUser, updateSession } from '#lib/db/repositories/identity.ts';
import type { Keystone } from '#lib/keystone/keystone.ts';
import type { Context } from '#lib/runtime/context.ts';
import { toSessionRow } from './keystone-sign-in.ts';

export interface SwitchedSession {
  actor: Actor;
  keystoneToken: string | null;
}

/**
 * The same session in another project of its user, for all windows of the browser. `forbidden` without a role there;
 * the session then stays where it is.
 */
export async function switchProject(
  ctx: Context,
  { projectId, headers }: { projectId: string; headers: Headers },
): Promise<SwitchedSession> {
  const { runtime, actor } = ctx;
  const hash = actor.tokenHash;
  if (actor.via !== 'session' || hash === null) {
    throw new StowageError('bad_request', 'Only a session of the console changes its project.', {
      remedy: 'Ask for a token of that project instead.',
    });
  }
  if (runtime.keystone) return await switchWithKeystone(ctx, runtime.keystone, { projectId, headers, hash });
  const projects = await listProjectsOfUser(runtime.db.read, actor.userId);
  if (!projects.some(({ id }) => id === projectId)) throw noRole();
  await runtime.db.transaction(async (q) => {
    await updateSession(q, hash, { project_id: projectId });
    forgetCallers(runtime.db, q);
  });
  const holder = await findTokenHolder(runtime.db.read, hash, runtime.now());
  if (holder === null) throw noRole();
  return { actor: toActor(runtime, holder), keystoneToken: null };
}

async function switchWithKeystone(
  { runtime, actor }: Context,
  keystone: Keystone,
  { projectId, headers, hash }: { projectId: string; headers: Headers; hash: string },
): Promise<SwitchedSession> {
  const presented = await presentedKeystoneToken(runtime, headers);
  const issued =
    presented === null ? null : await keystone.rescope(presented.token, { project: { id: projectId } });
  if (issued === null) throw noRole();
  const row = toSessionRow(runtime, { hash, issued, client: null });
  await runtime.db.transaction((q) =>
    updateSession(q, hash, {
      project_id: row.project_id,
      sealed_token: row.sealed_token,
      audit_id: row.audit_id,
      methods: row.methods,
      expires_at: row.expires_at,
    }),
  );
  if (issued.content.project !== null) rememberProject(runtime, issued.content.project);
  const switched = toKeystoneActor(issued.content, {
    policy: actor.policy,
    via: 'session',
    tokenHash: hash,
    serviceRoles: [],
    expiresAt: row.expires_at,
  });
  return { actor: switched, keystoneToken: issued.token };
}

function noRole(): StowageError {
  return new StowageError('forbidden', 'You have no role in that project.', {
    remedy: 'Ask an administrator for one, or choose another project.',
    field: 'project_id',
  });
}
