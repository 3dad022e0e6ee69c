import { z } from 'zod';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toAccessRuleJson, toCollection } from '#lib/http/identity/json.ts';
import { listAccessRules } from '#lib/services/identity/application-credentials.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({ params: z.object({ id: z.string() }) }, async (call) => {
    const url = identityUrl(call);
    const { id } = call.params;
    const rules = await listAccessRules(call.ctx, id);
    return toCollection(
      'access_rules',
      rules.map((rule) => toAccessRuleJson(rule, id, url)),
      `${url}/users/${id}/access_rules`,
    );
  }),
});
