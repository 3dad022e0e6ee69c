import { baseUrl } from '#lib/http/base-url.ts';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { toVersionsJson } from '#lib/http/image-api/versions.ts';

/** HEAD as well: balancers ask it to know whether the service is alive. */
const versions = imageRoute({ access: 'none', status: 200 }, async ({ ctx, request }) =>
  toVersionsJson(baseUrl(request, ctx.runtime.config)),
);

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: versions,
  HEAD: versions,
});
