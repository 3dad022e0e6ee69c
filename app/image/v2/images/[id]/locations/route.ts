import { z } from 'zod';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { LocationBody, toLocation } from '#lib/http/image-api/location-body.ts';
import { addLocation } from '#lib/services/locations/add.ts';
import { listLocations } from '#lib/services/locations/list.ts';

const params = z.object({ id: z.string() });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({ params }, async ({ ctx, params: { id } }) => await listLocations(ctx, id)),

  POST: imageRoute(
    { params, body: LocationBody, status: 202 },
    async ({ ctx, params: { id }, body }) => await addLocation(ctx, { imageId: id, ...toLocation(body) }),
  ),
});
