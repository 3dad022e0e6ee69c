import { z } from 'zod';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { reactivateImage } from '#lib/services/images/set-active.ts';

const params = z.object({ id: z.string() });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  POST: imageRoute({ params }, ({ ctx, params: { id } }) => reactivateImage(ctx, id)),
});
