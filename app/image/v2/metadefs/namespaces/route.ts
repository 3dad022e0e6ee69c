import { baseUrl } from '#lib/http/base-url.ts';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { parseNamespace } from '#lib/http/image-api/metadefs/bodies.ts';
import { namespacePath, toNamespaceListJson, toNewNamespaceJson } from '#lib/http/image-api/metadefs/json.ts';
import { parseNamespaceQuery } from '#lib/http/image-api/metadefs/list-query.ts';
import { readMetadefBody } from '#lib/http/image-api/metadefs/read-body.ts';
import { createNamespace } from '#lib/services/metadefs/create-namespace.ts';
import { listNamespaces } from '#lib/services/metadefs/list-namespaces.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({}, async ({ ctx, url }) => {
    const page = await listNamespaces(ctx, parseNamespaceQuery(url.searchParams));
    return toNamespaceListJson(page, url.searchParams);
  }),

  POST: imageRoute({}, async ({ ctx, request }) => {
    const given = parseNamespace(await readMetadefBody(request));
    const { namespace, entries } = await createNamespace(ctx, given.namespace, given.entries);
    return Response.json(toNewNamespaceJson(namespace, entries), {
      status: 201,
      headers: {
        location: `${baseUrl(request, ctx.runtime.config)}/image${encodeURI(namespacePath(namespace.name))}`,
      },
    });
  }),
});
