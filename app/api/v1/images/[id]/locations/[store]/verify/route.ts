import { z } from 'zod';
import { ImageId, StoreId } from '#lib/contract/common.ts';
import { route } from '#lib/http/route.ts';
import { verifyLocation } from '#lib/services/locations/verify.ts';

const params = z.object({ id: ImageId, store: StoreId });

export const POST = route({ params, status: 202 }, ({ ctx, params }) =>
  verifyLocation(ctx, { imageId: params.id, storeId: params.store }),
);
