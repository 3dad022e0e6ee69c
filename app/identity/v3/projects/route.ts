import { z } from 'zod';
import { identityMethods, identityRoute, identityUrl } from '#lib/http/identity/identity-route.ts';
import { toCollection, toProjectJson } from '#lib/http/identity/json.ts';
import { createProject } from '#lib/services/identity/create-project.ts';
import { listVisibleProjects } from '#lib/services/identity/list.ts';

const Body = z.object({
  project: z.object({
    name: z.string().trim().min(1).max(64),
    description: z.string().max(4096).nullish(),
    enabled: z.boolean().optional(),
  }),
});

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = identityMethods({
  GET: identityRoute({}, async (call) => {
    const url = identityUrl(call);
    const projects = await listVisibleProjects(call.ctx, { name: call.url.searchParams.get('name') });
    return toCollection(
      'projects',
      projects.map((project) => toProjectJson(project, url)),
      `${url}/projects`,
    );
  }),

  POST: identityRoute({ body: Body, status: 201 }, async (call) => {
    const { name, description, enabled } = call.body.project;
    const project = await createProject(call.ctx, {
      name,
      description: description ?? '',
      enabled: enabled ?? true,
    });
    return { project: toProjectJson(project, identityUrl(call)) };
  }),
});
