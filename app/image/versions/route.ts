import { baseUrl } from '#lib/http/base-url.ts';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { toVersionsJson } from '#lib/http/image-api/versions.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({ access: 'none', status: 200 }, async ({ ctx, request }) =>
    toVersionsJson(baseUrl(request, ctx.runtime.config)),
  ),
});
