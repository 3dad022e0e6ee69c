import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { toStoreJson } from '#lib/http/image-api/stores-json.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({}, async ({ ctx: { runtime } }) => ({
    stores: runtime.config.stores.map((store) => toStoreJson(store, runtime.config)),
  })),
});
