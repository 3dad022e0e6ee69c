import { allRoles } from '#lib/auth/roles.ts';
import { filterRows } from '#lib/http/identity/filter.ts';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toCollection, toRoleJson } from '#lib/http/identity/json.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({}, async (call) => {
    const url = identityUrl(call);
    // None belongs to a domain: who asks for those of one finds nothing.
    const all = call.url.searchParams.get('domain_id') ? [] : allRoles;
    const roles = all.map((role) => toRoleJson(role, url));
    return toCollection('roles', filterRows(roles, call.url.searchParams, ['name']), `${url}/roles`);
  }),
});
