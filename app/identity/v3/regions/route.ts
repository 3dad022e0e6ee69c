import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toCollection } from '#lib/http/identity/json.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({}, async (call) => {
    const url = identityUrl(call);
    const region = {
      id: 'RegionOne',
      description: '',
      parent_region_id: null,
      links: { self: `${url}/regions/RegionOne` },
    };
    return toCollection('regions', [region], `${url}/regions`);
  }),
});
