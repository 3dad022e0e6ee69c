import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';

/** As a Glance answers it that has no limits per project. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({}, async () => ({ usage: {} })),
});
