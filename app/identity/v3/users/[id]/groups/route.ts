import { z } from 'zod';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toCollection } from '#lib/http/identity/json.ts';
import { getUser } from '#lib/services/identity/list.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  /** There are no groups; clients ask. */
  GET: identityRoute({ params: z.object({ id: z.string() }) }, async (call) => {
    const user = await getUser(call.ctx, call.params.id);
    return toCollection('groups', [], `${identityUrl(call)}/users/${user.id}/groups`);
  }),
});
