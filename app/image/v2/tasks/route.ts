import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { pageLinks } from '#lib/http/image-api/page-links.ts';
import { TaskBody, toTaskInput } from '#lib/http/image-api/task-body.ts';
import { toTaskJson, toTaskStubJson } from '#lib/http/image-api/task-json.ts';
import { parseTaskQuery } from '#lib/http/image-api/task-query.ts';
import { createTask } from '#lib/services/tasks/create.ts';
import { listTasks } from '#lib/services/tasks/list.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({}, async ({ ctx, url }) => {
    const { rows, more } = await listTasks(ctx, parseTaskQuery(url.searchParams));
    return {
      tasks: rows.map(toTaskStubJson),
      ...pageLinks('/v2/tasks', url.searchParams, more ? rows.at(-1)?.id : undefined),
      schema: '/v2/schemas/tasks',
    };
  }),

  POST: imageRoute({ body: TaskBody }, async ({ ctx, body }) => {
    const task = await createTask(ctx, toTaskInput(body));
    return Response.json(toTaskJson(task), {
      status: 201,
      headers: { location: `/v2/tasks/${task.id}` },
    });
  }),
});
