import { z } from 'zod';
import { identityMethods, identityRoute } from '#lib/http/identity/identity-route.ts';
import { assignRole, removeRole } from '#lib/services/identity/assign-role.ts';

const params = z.object({
  id: z.string(),
  userId: z.string(),
  roleId: z.enum(['admin', 'member', 'reader', 'service']),
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  PUT: identityRoute({ params }, ({ ctx, params: { id, userId, roleId } }) =>
    assignRole(ctx, { projectId: id, userId, role: roleId }),
  ),
  DELETE: identityRoute({ params }, ({ ctx, params: { id, userId, roleId } }) =>
    removeRole(ctx, { projectId: id, userId, role: roleId }),
  ),
});
