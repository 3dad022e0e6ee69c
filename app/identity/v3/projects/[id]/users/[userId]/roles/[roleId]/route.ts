import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';
import { identityMethods, identityRoute } from '#lib/http/identity/identity-route.ts';
import { hasAssignment } from '#lib/services/identity/list.ts';
import { assignRole, removeRole } from '#lib/services/identity/assign-role.ts';

const params = z.object({
  id: z.string(),
  userId: z.string(),
  roleId: z.enum(['admin', 'member', 'reader', 'service']),
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({ params }, async ({ ctx, params: { id, userId, roleId } }) => {
    if (await hasAssignment(ctx, { projectId: id, userId, role: roleId })) return;
    throw new StowageError('not_found', `Could not find role assignment with role: ${roleId}.`);
  }),

  PUT: identityRoute({ params }, ({ ctx, params: { id, userId, roleId } }) =>
    assignRole(ctx, { projectId: id, userId, role: roleId }),
  ),
  DELETE: identityRoute({ params }, ({ ctx, params: { id, userId, roleId } }) =>
    removeRole(ctx, { projectId: id, userId, role: roleId }),
  ),
});
