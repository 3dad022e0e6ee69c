import { toRegionJson } from '#lib/http/identity/catalog.ts';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toCollection } from '#lib/http/identity/json.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({}, async (call) => {
    const url = identityUrl(call);
    // There is but one, which is in no other.
    const regions = call.url.searchParams.get('parent_region_id') ? [] : [toRegionJson(url)];
    return toCollection('regions', regions, `${url}/regions`);
  }),
});
