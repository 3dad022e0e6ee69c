import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';
import { baseUrl } from '#lib/http/base-url.ts';
import { catalogOf, toServiceJson } from '#lib/http/identity/catalog.ts';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({ params: z.object({ id: z.string() }) }, async (call) => {
    const { id } = call.params;
    const services = catalogOf(baseUrl(call.request, call.ctx.runtime.config));
    const service = services.find((each) => each.id === id);
    if (service === undefined) throw new StowageError('not_found', `Could not find service: ${id}.`);
    return { service: toServiceJson(service, identityUrl(call)) };
  }),
});
