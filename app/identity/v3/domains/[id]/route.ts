import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toDomainJson } from '#lib/http/identity/json.ts';
import { isDefaultDomain } from '#lib/services/identity/domain.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({ params: z.object({ id: z.string() }) }, async (call) => {
    if (!isDefaultDomain({ id: call.params.id })) {
      throw new StowageError('not_found', `Could not find domain: ${call.params.id}.`);
    }
    return { domain: toDomainJson(identityUrl(call)) };
  }),
});
