import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { toResourceTypeJson } from '#lib/http/image-api/metadefs/json.ts';
import { listResourceTypes } from '#lib/services/metadefs/list-resource-types.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({}, async ({ ctx }) => ({
    resource_types: (await listResourceTypes(ctx)).map(toResourceTypeJson),
  })),
});
