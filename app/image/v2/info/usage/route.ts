import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { showUsageAsGlance } from '#lib/services/quotas/show-usage.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({}, ({ ctx }) => showUsageAsGlance(ctx)),
});
