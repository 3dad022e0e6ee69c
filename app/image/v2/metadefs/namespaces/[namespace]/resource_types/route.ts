import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { parseResourceType } from '#lib/http/image-api/metadefs/bodies.ts';
import { toAssociationJson } from '#lib/http/image-api/metadefs/json.ts';
import { metadefPath } from '#lib/http/image-api/metadefs/path.ts';
import { readMetadefBody } from '#lib/http/image-api/metadefs/read-body.ts';
import { addEntry } from '#lib/services/metadefs/add-entry.ts';
import { listEntries } from '#lib/services/metadefs/list-entries.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({}, async ({ ctx, url }) => {
    const associations = await listEntries(ctx, metadefPath(url).namespace, 'resource_type');
    return { resource_type_associations: associations.map(toAssociationJson) };
  }),

  POST: imageRoute({ status: 201 }, async ({ ctx, request, url }) => {
    const given = parseResourceType(await readMetadefBody(request));
    return toAssociationJson(await addEntry(ctx, metadefPath(url).namespace, given));
  }),
});
