import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { metadefPath } from '#lib/http/image-api/metadefs/path.ts';
import { removeEntry } from '#lib/services/metadefs/remove-entry.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  DELETE: imageRoute({}, async ({ ctx, url }) => {
    const { namespace, name } = metadefPath(url);
    await removeEntry(ctx, namespace, 'resource_type', name);
  }),
});
