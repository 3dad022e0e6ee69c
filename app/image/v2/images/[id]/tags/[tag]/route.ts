import { z } from 'zod';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { lastSegment } from '#lib/http/image-api/last-segment.ts';
import { addTag, removeTag } from '#lib/services/images/tag.ts';

const params = z.object({ id: z.string() });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  PUT: imageRoute({ params }, ({ ctx, url, params: { id } }) => addTag(ctx, id, lastSegment(url))),
  DELETE: imageRoute({ params }, ({ ctx, url, params: { id } }) => removeTag(ctx, id, lastSegment(url))),
});
