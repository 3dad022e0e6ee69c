import { assertCanOther } from '#lib/auth/policy.ts';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { toStoreDetailJson } from '#lib/http/image-api/stores-json.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({}, async ({ ctx: { runtime, actor } }) => {
    assertCanOther(actor, 'stores_info_detail');
    return { stores: runtime.config.stores.map((store) => toStoreDetailJson(store, runtime.config)) };
  }),
});
