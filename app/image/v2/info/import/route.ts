import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { importMethods } from '#lib/services/imports/start.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({}, async () => ({
    'import-methods': { description: 'Import methods available.', type: 'array', value: importMethods },
  })),
});
