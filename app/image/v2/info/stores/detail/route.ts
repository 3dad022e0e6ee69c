import { canOther } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { toStoreDetailJson } from '#lib/http/image-api/stores-json.ts';

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  GET: imageRoute({}, async ({ ctx: { runtime, actor } }) => {
    if (!canOther(actor, 'stores_info_detail')) {
      throw new StowageError('forbidden', 'You are not authorized to complete stores_info_detail action.', {
        remedy: 'Ask an administrator.',
      });
    }
    return { stores: runtime.config.stores.map((store) => toStoreDetailJson(store, runtime.config)) };
  }),
});
