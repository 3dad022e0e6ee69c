import type { SessionView } from '#lib/contract/session.ts';
import { visibilities } from '#lib/contract/common.ts';
import { listProjectsOfUser } from '#lib/db/repositories/identity.ts';
import type { Context } from '#lib/runtime/context.ts';
import { can } from '#lib/auth/policy.ts';

/** Who is signed in and what the console shows them. */
export async function showSession(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  publicUrl: string,
): Promise<SessionView> {
  const { config } = runtime;
  const projects = await listProjectsOfUser(runtime.db.read, actor.userId);
  const own = { owner_id: actor.projectId, visibility: 'shared' as const };
  return {
    user: { id: actor.userId, name: actor.userName },
    project: { id: actor.projectId, name: actor.projectName },
    projects: projects.map(({ id, name }) => ({ id, name })),
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
    expires_at: new Date(actor.expiresAt ?? runtime.now()).toISOString(),
  };
}
