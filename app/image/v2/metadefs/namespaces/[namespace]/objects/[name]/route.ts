import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { parseObject } from '#lib/http/image-api/metadefs/bodies.ts';
import { toObjectJson, toWrittenObjectJson } from '#lib/http/image-api/metadefs/json.ts';
import { metadefPath } from '#lib/http/image-api/metadefs/path.ts';
import { readMetadefBody } from '#lib/http/image-api/metadefs/read-body.ts';
import { changeEntry } from '#lib/services/metadefs/change-entry.ts';
import { getEntry } from '#lib/services/metadefs/get-entry.ts';
import { removeEntry } from '#lib/services/metadefs/remove-entry.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({}, async ({ ctx, url }) => {
    const { namespace, name } = metadefPath(url);
    return toObjectJson(namespace, await getEntry(ctx, namespace, 'object', name));
  }),

  PUT: imageRoute({}, async ({ ctx, request, url }) => {
    const { namespace, name } = metadefPath(url);
    const given = parseObject(await readMetadefBody(request));
    return toWrittenObjectJson(namespace, await changeEntry(ctx, namespace, name, given));
  }),

  DELETE: imageRoute({}, async ({ ctx, url }) => {
    const { namespace, name } = metadefPath(url);
    await removeEntry(ctx, namespace, 'object', name);
  }),
});
