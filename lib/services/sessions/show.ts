import type { SessionView } from '#lib/contract/session.ts';
import { visibilities } from '#lib/contract/common.ts';
import { rememberProject } from '#lib/auth/keystone-actor.ts';
import { listProjectsOfUser } from '#lib/db/repositories/identity.ts';
import type { Context } from '#lib/runtime/context.ts';
import { can, canOther } from '#lib/auth/policy.ts';
import { defaultDomain } from '../identity/domain.ts';

/**
 * Who is signed in and what the console shows them. `keystoneToken`: in Keystone mode what the caller came with, to ask
 * Keystone for their other projects.
 */
export async function showSession(
  ctx: Pick<Context, 'runtime' | 'actor'>,
  { publicUrl, keystoneToken }: { publicUrl: string; keystoneToken: string | null },
): Promise<SessionView> {
  const { runtime, actor } = ctx;
  const { config } = runtime;
  const own = { owner_id: actor.projectId, visibility: 'shared' as const };
  return {
    user: { id: actor.userId, name: actor.userName },
    project: { id: actor.projectId, name: actor.projectName },
    ...(keystoneToken === null ? await ofStandalone(ctx, publicUrl) : await ofKeystone(ctx, keystoneToken)),
    roles: [...actor.roles],
    administrator: actor.administrator,
    public_url: publicUrl,
    default_store: config.defaultStore,
    visibilities: visibilities.filter((visibility) => {
      if (visibility === 'public') return can(actor, 'publicize_image', own);
      if (visibility === 'community') return can(actor, 'communitize_image', own);
      return can(actor, 'modify_image', own);
    }),
    limits: { image_size_bytes: config.limits.imageSizeBytes },
    actions: {
      ...(canOther(actor, 'see_settings') && { settings: true }),
      ...(canOther(actor, 'manage_limits') && { limits: true }),
      // Keystone keeps its own people, with its own dashboard.
      ...(keystoneToken === null && canOther(actor, 'manage_identity') && { people: true }),
    },
    expires_at: new Date(actor.expiresAt ?? runtime.now()).toISOString(),
  };
}

type Places = Pick<SessionView, 'projects' | 'identity'>;

async function ofStandalone(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  publicUrl: string,
): Promise<Places> {
  const projects = await listProjectsOfUser(runtime.db.read, actor.userId);
  return {
    projects: projects.map(({ id, name }) => ({ id, name, domain: defaultDomain.name })),
    identity: {
      mode: 'standalone',
      auth_url: `${publicUrl}/identity/v3`,
      user_domain: defaultDomain.name,
      project_domain: defaultDomain.name,
      system_scope: false,
    },
  };
}

async function ofKeystone(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  token: string,
): Promise<Places> {
  const { keystone } = runtime;
  if (keystone === null) throw new Error('a token of Keystone without Keystone');
  const [content, projects] = await Promise.all([keystone.validate(token), keystone.listProjects(token)]);
  for (const project of projects) rememberProject(runtime, project);
  return {
    projects: projects.map(({ id, name, domain }) => ({ id, name, domain: domain.name })),
    identity: {
      mode: 'keystone',
      auth_url: `${keystone.publicUrl}/v3`,
      user_domain: content?.user.domain.name ?? defaultDomain.name,
      project_domain: content?.project?.domain.name ?? content?.user.domain.name ?? defaultDomain.name,
      system_scope: actor.systemScope,
    },
  };
}
