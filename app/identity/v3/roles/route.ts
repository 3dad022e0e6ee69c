import { allRoles } from '#lib/auth/roles.ts';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toCollection, toRoleJson } from '#lib/http/identity/json.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({}, async (call) => {
    const url = identityUrl(call);
    const name = call.url.searchParams.get('name');
    const roles = allRoles.filter((role) => name === null || role === name);
    return toCollection(
      'roles',
      roles.map((role) => toRoleJson(role, url)),
      `${url}/roles`,
    );
  }),
});
