import { baseUrl } from '#lib/http/base-url.ts';
import { catalogOf, toServiceJson } from '#lib/http/identity/catalog.ts';
import { filterRows } from '#lib/http/identity/filter.ts';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toCollection } from '#lib/http/identity/json.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({}, async (call) => {
    const url = identityUrl(call);
    const services = catalogOf(baseUrl(call.request, call.ctx.runtime.config)).map((service) =>
      toServiceJson(service, url),
    );
    return toCollection(
      'services',
      filterRows(services, call.url.searchParams, ['name', 'type']),
      `${url}/services`,
    );
  }),
});
