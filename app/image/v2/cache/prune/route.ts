import { cacheRoute } from '#lib/http/image-api/cache-route.ts';
import { imageMethods } from '#lib/http/image-api/image-route.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  POST: cacheRoute('cache_prune'),
});
