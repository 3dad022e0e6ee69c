import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toCollection, toDomainJson } from '#lib/http/identity/json.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({}, async (call) => {
    const url = identityUrl(call);
    const domain = toDomainJson(url);
    const name = call.url.searchParams.get('name');
    return toCollection(
      'domains',
      name === null || name === domain.name ? [domain] : [],
      `${url}/auth/domains`,
    );
  }),
});
