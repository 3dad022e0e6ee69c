import { z } from 'zod';
import { allRoles } from '#lib/auth/roles.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toRoleJson } from '#lib/http/identity/json.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({ params: z.object({ id: z.string() }) }, async (call) => {
    const role = allRoles.find((each) => each === call.params.id);
    if (role === undefined) throw new StowageError('not_found', `Could not find role: ${call.params.id}.`);
    return { role: toRoleJson(role, identityUrl(call)) };
  }),
});
