import { baseUrl } from '#lib/http/base-url.ts';
import { CreateBody, toNewImage } from '#lib/http/image-api/create-body.ts';
import { toImagesJson } from '#lib/http/image-api/image-json.ts';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { importMethods } from '#lib/services/imports/start.ts';
import { toImageListJson } from '#lib/http/image-api/image-list-json.ts';
import { parseListQuery } from '#lib/http/image-api/list-query.ts';
import { createImage } from '#lib/services/images/create.ts';
import { listImages } from '#lib/services/images/list.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({}, async ({ ctx, url }) => {
    const page = await listImages(ctx, parseListQuery(url.searchParams));
    return await toImageListJson(ctx, page, url.searchParams);
  }),

  POST: imageRoute({ body: CreateBody }, async ({ ctx, request, body }) => {
    const record = await createImage(ctx, toNewImage(body));
    const [image] = await toImagesJson(ctx, [record]);
    return Response.json(image, {
      status: 201,
      headers: {
        location: `${baseUrl(request, ctx.runtime.config)}/image/v2/images/${record.id}`,
        'openstack-image-import-methods': importMethods.join(','),
        'openstack-image-store-ids': ctx.runtime.config.stores.map(({ id }) => id).join(','),
      },
    });
  }),
});
