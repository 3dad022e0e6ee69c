import { z } from 'zod';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { deactivateImage } from '#lib/services/images/set-active.ts';

const params = z.object({ id: z.string() });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  POST: imageRoute({ params }, ({ ctx, params: { id } }) => deactivateImage(ctx, id)),
});
