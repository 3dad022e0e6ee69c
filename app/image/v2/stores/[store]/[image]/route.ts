import { z } from 'zod';
import { StowageError } from '#lib/contract/errors.ts';
import { imageMethods, imageRoute } from '#lib/http/image-api/image-route.ts';
import { removeLocation } from '#lib/services/locations/remove.ts';

const params = z.object({ store: z.string(), image: z.string() });

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = imageMethods({
  DELETE: imageRoute({ params }, async ({ ctx, params: { store, image } }) => {
    // Glance answers an unknown store with 409 here and with 400 on an upload.
    if (!ctx.runtime.config.stores.some(({ id }) => id === store)) {
      throw new StowageError('conflict', `The selected store ${store} is not available on this node.`);
    }
    await removeLocation(ctx, { imageId: image, storeId: store });
  }),
});
