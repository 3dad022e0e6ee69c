import { baseUrl } from '#lib/http/base-url.ts';
import { catalogOf, toServiceJson } from '#lib/http/identity/catalog.ts';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toCollection } from '#lib/http/identity/json.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({}, async (call) => {
    const url = identityUrl(call);
    const services = catalogOf(baseUrl(call.request, call.ctx.runtime.config));
    return toCollection(
      'services',
      services.map((service) => toServiceJson(service, url)),
      `${url}/services`,
    );
  }),
});
