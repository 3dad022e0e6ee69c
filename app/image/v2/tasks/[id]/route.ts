import { z } from 'zod';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { toTaskJson } from '#lib/http/image-api/task-json.ts';
import { getTask } from '#lib/services/tasks/get.ts';

const params = z.object({ id: z.string() });

/** As in Glance no task can be deleted; ended ones go by themselves. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({ params }, async ({ ctx, params: { id } }) => toTaskJson(await getTask(ctx, id))),
});
