import { z } from 'zod';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toUserJson } from '#lib/http/identity/json.ts';
import { getUser } from '#lib/services/identity/list.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({ params: z.object({ id: z.string() }) }, async (call) => ({
    user: toUserJson(await getUser(call.ctx, call.params.id), identityUrl(call)),
  })),
});
