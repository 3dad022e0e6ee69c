import { z } from 'zod';
import { filterRows } from '#lib/http/identity/filter.ts';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toCollection, toUserJson } from '#lib/http/identity/json.ts';
import { createUser } from '#lib/services/identity/create-user.ts';
import { listVisibleUsers } from '#lib/services/identity/list.ts';

const Body = z.object({
  user: z.object({
    name: z.string().trim().min(1).max(255),
    password: z.string().min(1).max(4096).nullish(),
    domain_id: z.string().nullish(),
    default_project_id: z.string().nullish(),
    enabled: z.boolean().optional(),
    description: z.string().max(4096).nullish(),
    email: z.string().max(255).nullish(),
  }),
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({}, async (call) => {
    const url = identityUrl(call);
    const users = await listVisibleUsers(call.ctx, { name: call.url.searchParams.get('name') });
    const rows = users.map((user) => toUserJson(user, url));
    return toCollection(
      'users',
      filterRows(rows, call.url.searchParams, ['domain_id', 'enabled']),
      `${url}/users`,
    );
  }),

  POST: identityRoute({ body: Body, status: 201 }, async (call) => {
    const { name, password, domain_id, default_project_id, enabled, description, email } = call.body.user;
    const user = await createUser(call.ctx, {
      name,
      password: password ?? null,
      domainId: domain_id,
      defaultProjectId: default_project_id ?? null,
      enabled: enabled ?? true,
      description: description ?? '',
      email: email ?? null,
    });
    return { user: toUserJson(user, identityUrl(call)) };
  }),
});
