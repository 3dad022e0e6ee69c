import { filterRows } from '#lib/http/identity/filter.ts';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toCollection, toDomainJson } from '#lib/http/identity/json.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({}, async (call) => {
    const url = identityUrl(call);
    const domains = filterRows([toDomainJson(url)], call.url.searchParams, ['name', 'enabled']);
    return toCollection('domains', domains, `${url}/domains`);
  }),
});
