import { z } from 'zod';
import { allRoles } from '#lib/auth/roles.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { identityMethods, identityRoute } from '#lib/http/identity/identity-route.ts';
import { hasAssignment } from '#lib/services/identity/list.ts';
import { assignRole, removeRole, type RoleAssignment } from '#lib/services/identity/assign-role.ts';

const params = z.object({ id: z.string(), userId: z.string(), roleId: z.string() });

type Params = z.infer<typeof params>;

function toAssignment({ id, userId, roleId }: Params): RoleAssignment {
  const role = allRoles.find((each) => each === roleId);
  if (role === undefined) throw new StowageError('not_found', `Could not find role: ${roleId}.`);
  return { projectId: id, userId, role };
}

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({ params }, async (call) => {
    const assignment = toAssignment(call.params);
    if (await hasAssignment(call.ctx, assignment)) return;
    throw new StowageError('not_found', `Could not find role assignment with role: ${assignment.role}.`);
  }),

  PUT: identityRoute({ params }, async (call) => assignRole(call.ctx, toAssignment(call.params))),
  DELETE: identityRoute({ params }, async (call) => removeRole(call.ctx, toAssignment(call.params))),
});
