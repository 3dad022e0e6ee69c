import { z } from 'zod';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { toImageTaskJson } from '#lib/http/image-api/task-json.ts';
import { listTasksOfImage } from '#lib/services/tasks/list-of-image.ts';

const params = z.object({ id: z.string() });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({ params }, async ({ ctx, params: { id } }) => ({
    tasks: (await listTasksOfImage(ctx, id)).map(toImageTaskJson),
  })),
});
