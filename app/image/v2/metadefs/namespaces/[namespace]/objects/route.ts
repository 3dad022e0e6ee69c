import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { parseObject } from '#lib/http/image-api/metadefs/bodies.ts';
import { toObjectJson, toWrittenObjectJson } from '#lib/http/image-api/metadefs/json.ts';
import { assertObjectQuery } from '#lib/http/image-api/metadefs/list-query.ts';
import { metadefPath } from '#lib/http/image-api/metadefs/path.ts';
import { readMetadefBody } from '#lib/http/image-api/metadefs/read-body.ts';
import { addEntry } from '#lib/services/metadefs/add-entry.ts';
import { listEntries } from '#lib/services/metadefs/list-entries.ts';
import { removeEntries } from '#lib/services/metadefs/remove-entry.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({}, async ({ ctx, url }) => {
    assertObjectQuery(url.searchParams);
    const { namespace } = metadefPath(url);
    const objects = await listEntries(ctx, namespace, 'object');
    return {
      objects: objects.map((object) => toObjectJson(namespace, object)),
      schema: '/v2/schemas/metadefs/objects',
    };
  }),

  POST: imageRoute({ status: 201 }, async ({ ctx, request, url }) => {
    const { namespace } = metadefPath(url);
    const given = parseObject(await readMetadefBody(request));
    return toWrittenObjectJson(namespace, await addEntry(ctx, namespace, given));
  }),

  DELETE: imageRoute({}, ({ ctx, url }) => removeEntries(ctx, metadefPath(url).namespace, 'object')),
});
