import { baseUrl } from '#lib/http/base-url.ts';
import { imageRoute } from '#lib/http/image-api/image-route.ts';
import { toVersionsJson } from '#lib/http/image-api/versions.ts';
import { imageWire } from '#lib/http/image-api/wire.ts';
import { unknownPath } from '#lib/http/methods.ts';

const unknown = unknownPath(imageWire);

/** A version that there is not is answered with those that there are, as Glance does it. */
const otherVersion = imageRoute({ access: 'none', status: 300 }, async ({ ctx, request }) =>
  toVersionsJson(baseUrl(request, ctx.runtime.config)),
);

export const { HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = unknown;

export const GET: typeof unknown.GET = (request, segment) =>
  (/^\/image\/v(?!2(\/|$))[\d.]+(\/|$)/.test(new URL(request.url).pathname) ? otherVersion : unknown.GET)(
    request,
    segment,
  );
