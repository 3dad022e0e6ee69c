import { z } from 'zod';
import { filterRows } from '#lib/http/identity/filter.ts';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toCollection, toProjectJson } from '#lib/http/identity/json.ts';
import { createProject } from '#lib/services/identity/create-project.ts';
import { listVisibleProjects } from '#lib/services/identity/list.ts';

const Body = z.object({
  project: z.object({
    name: z.string().trim().min(1).max(64),
    description: z.string().max(4096).nullish(),
    enabled: z.boolean().optional(),
    domain_id: z.string().nullish(),
    parent_id: z.string().nullish(),
    is_domain: z.literal(false, 'domains cannot be made here').optional(),
  }),
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({}, async (call) => {
    const url = identityUrl(call);
    const projects = await listVisibleProjects(call.ctx, { name: call.url.searchParams.get('name') });
    const rows = projects.map((project) => toProjectJson(project, url));
    return toCollection(
      'projects',
      filterRows(rows, call.url.searchParams, ['domain_id', 'enabled', 'is_domain', 'parent_id']),
      `${url}/projects`,
    );
  }),

  POST: identityRoute({ body: Body, status: 201 }, async (call) => {
    const { name, description, enabled, domain_id, parent_id } = call.body.project;
    const project = await createProject(call.ctx, {
      name,
      description: description ?? '',
      enabled: enabled ?? true,
      domainId: domain_id,
      parentId: parent_id,
    });
    return { project: toProjectJson(project, identityUrl(call)) };
  }),
});
