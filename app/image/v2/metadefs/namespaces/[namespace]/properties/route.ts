import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { parseProperty } from '#lib/http/image-api/metadefs/bodies.ts';
import { toPropertiesJson, toPropertyJson } from '#lib/http/image-api/metadefs/json.ts';
import { metadefPath } from '#lib/http/image-api/metadefs/path.ts';
import { readMetadefBody } from '#lib/http/image-api/metadefs/read-body.ts';
import { addEntry } from '#lib/services/metadefs/add-entry.ts';
import { listEntries } from '#lib/services/metadefs/list-entries.ts';
import { removeEntries } from '#lib/services/metadefs/remove-entry.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({}, async ({ ctx, url }) => ({
    properties: toPropertiesJson(await listEntries(ctx, metadefPath(url).namespace, 'property')),
  })),

  POST: imageRoute({ status: 201 }, async ({ ctx, request, url }) => {
    const given = parseProperty(await readMetadefBody(request));
    return toPropertyJson(await addEntry(ctx, metadefPath(url).namespace, given));
  }),

  DELETE: imageRoute({}, ({ ctx, url }) => removeEntries(ctx, metadefPath(url).namespace, 'property')),
});
