import { z } from 'zod';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toProjectJson } from '#lib/http/identity/json.ts';
import { getProject } from '#lib/services/identity/list.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({ params: z.object({ id: z.string() }) }, async (call) => ({
    project: toProjectJson(await getProject(call.ctx, call.params.id), identityUrl(call)),
  })),
});
