import { z } from 'zod';
import { ImageId, StoreId } from '#lib/contract/common.ts';
import { route } from '#lib/http/route.ts';
import { removeLocation } from '#lib/services/locations/remove.ts';

const params = z.object({ id: ImageId, store: StoreId });

export const DELETE = route({ params }, ({ ctx, params }) =>
  removeLocation(ctx, { imageId: params.id, storeId: params.store }),
);
