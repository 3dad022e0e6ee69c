import { toVersionJson } from '#lib/http/identity/discovery.ts';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({ access: 'none', status: 300 }, async (call) => ({
    versions: { values: [toVersionJson(identityUrl(call))] },
  })),
});
