import { baseUrl } from '#lib/http/base-url.ts';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { toVersionsJson } from '#lib/http/image-api/versions.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({ access: 'none' }, async ({ ctx, request, url }) => {
    const base = baseUrl(request, ctx.runtime.config);
    if (url.pathname.endsWith('/')) return toVersionsJson(base);
    return new Response(null, { status: 302, headers: { location: `${base}/image/v2/` } });
  }),
});
