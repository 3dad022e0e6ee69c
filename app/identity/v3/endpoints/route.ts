import { baseUrl } from '#lib/http/base-url.ts';
import { catalogOf, endpointsOf } from '#lib/http/identity/catalog.ts';
import { filterRows } from '#lib/http/identity/filter.ts';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toCollection } from '#lib/http/identity/json.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({}, async (call) => {
    const url = identityUrl(call);
    const endpoints = endpointsOf(catalogOf(baseUrl(call.request, call.ctx.runtime.config)), url);
    return toCollection(
      'endpoints',
      filterRows(endpoints, call.url.searchParams, ['interface', 'service_id', 'region', 'region_id']),
      `${url}/endpoints`,
    );
  }),
});
