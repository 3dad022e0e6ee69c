import { z } from 'zod';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toCollection, toRoleJson } from '#lib/http/identity/json.ts';
import { listAssignments } from '#lib/services/identity/list.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({ params: z.object({ id: z.string(), userId: z.string() }) }, async (call) => {
    const url = identityUrl(call);
    const { id, userId } = call.params;
    const assignments = await listAssignments(call.ctx, { projectId: id, userId });
    return toCollection(
      'roles',
      assignments.map(({ role }) => toRoleJson(role, url)),
      `${url}/projects/${id}/users/${userId}/roles`,
    );
  }),
});
