import { baseUrl } from '#lib/http/base-url.ts';
import { catalogOf } from '#lib/http/identity/catalog.ts';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toCollection } from '#lib/http/identity/json.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({}, async (call) =>
    toCollection(
      'catalog',
      catalogOf(baseUrl(call.request, call.ctx.runtime.config)),
      `${identityUrl(call)}/auth/catalog`,
    ),
  ),
});
