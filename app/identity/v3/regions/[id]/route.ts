import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';
import { toRegionJson } from '#lib/http/identity/catalog.ts';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({ params: z.object({ id: z.string() }) }, async (call) => {
    const region = toRegionJson(identityUrl(call));
    if (region.id === call.params.id) return { region };
    throw new StowageError('not_found', `Could not find region: ${call.params.id}.`);
  }),
});
