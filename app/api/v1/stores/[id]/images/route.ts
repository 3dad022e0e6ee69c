import { z } from 'zod';
import { ImageListQuery } from '#lib/contract/images.ts';
import { route } from '#lib/http/route.ts';
import { listStoreImages } from '#lib/services/stores/list-images.ts';

const params = z.object({ id: z.string().max(100) });

export const GET = route({ params, query: ImageListQuery }, ({ ctx, params, query }) =>
  listStoreImages(ctx, params.id, query),
);
