import { z } from 'zod';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toProjectJson } from '#lib/http/identity/json.ts';
import { deleteProject } from '#lib/services/identity/delete-project.ts';
import { getProject } from '#lib/services/identity/list.ts';
import { updateProject } from '#lib/services/identity/update-project.ts';

const params = z.object({ id: z.string() });
const Body = z.object({
  project: z.object({
    name: z.string().trim().min(1).max(64).optional(),
    description: z.string().max(4096).optional(),
    enabled: z.boolean().optional(),
  }),
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({ params }, async (call) => ({
    project: toProjectJson(await getProject(call.ctx, call.params.id), identityUrl(call)),
  })),

  PATCH: identityRoute({ params, body: Body }, async (call) => ({
    project: toProjectJson(
      await updateProject(call.ctx, call.params.id, call.body.project),
      identityUrl(call),
    ),
  })),

  DELETE: identityRoute({ params }, ({ ctx, params: { id } }) => deleteProject(ctx, id)),
});
