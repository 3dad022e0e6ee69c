import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toCollection, toProjectJson } from '#lib/http/identity/json.ts';
import { listProjectsOf } from '#lib/services/identity/list.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({}, async (call) => {
    const url = identityUrl(call);
    const projects = await listProjectsOf(call.ctx, call.ctx.actor.userId);
    return toCollection(
      'projects',
      projects.map((project) => toProjectJson(project, url)),
      `${url}/auth/projects`,
    );
  }),
});
