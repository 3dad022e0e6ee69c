import { z } from 'zod';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toUserJson } from '#lib/http/identity/json.ts';
import { deleteUser } from '#lib/services/identity/delete-user.ts';
import { getUser } from '#lib/services/identity/list.ts';
import { updateUser } from '#lib/services/identity/update-user.ts';

const params = z.object({ id: z.string() });
const Body = z.object({
  user: z.object({
    name: z.string().trim().min(1).max(255).optional(),
    password: z.string().min(1).max(4096).optional(),
    default_project_id: z.string().nullish(),
    enabled: z.boolean().optional(),
    description: z.string().max(4096).optional(),
    email: z.string().max(255).nullish(),
  }),
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({ params }, async (call) => ({
    user: toUserJson(await getUser(call.ctx, call.params.id), identityUrl(call)),
  })),

  PATCH: identityRoute({ params, body: Body }, async (call) => {
    const { default_project_id, ...changes } = call.body.user;
    const user = await updateUser(call.ctx, call.params.id, {
      ...changes,
      defaultProjectId: default_project_id,
    });
    return { user: toUserJson(user, identityUrl(call)) };
  }),

  DELETE: identityRoute({ params }, ({ ctx, params: { id } }) => deleteUser(ctx, id)),
});
