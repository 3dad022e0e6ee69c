import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { parseNamespace } from '#lib/http/image-api/metadefs/bodies.ts';
import { toFullNamespaceJson, toNamespaceJson } from '#lib/http/image-api/metadefs/json.ts';
import { metadefPath } from '#lib/http/image-api/metadefs/path.ts';
import { readMetadefBody } from '#lib/http/image-api/metadefs/read-body.ts';
import { deleteNamespace } from '#lib/services/metadefs/delete-namespace.ts';
import { getNamespace } from '#lib/services/metadefs/get-namespace.ts';
import { updateNamespace } from '#lib/services/metadefs/update-namespace.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({}, async ({ ctx, url }) => {
    const { namespace, entries } = await getNamespace(ctx, metadefPath(url).namespace);
    return toFullNamespaceJson(namespace, entries, url.searchParams.get('resource_type'));
  }),

  PUT: imageRoute({}, async ({ ctx, request, url }) => {
    const given = parseNamespace(await readMetadefBody(request));
    return toNamespaceJson(await updateNamespace(ctx, metadefPath(url).namespace, given.namespace));
  }),

  DELETE: imageRoute({}, ({ ctx, url }) => deleteNamespace(ctx, metadefPath(url).namespace)),
});
