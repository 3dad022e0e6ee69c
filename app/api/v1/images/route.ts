import { ImageListQuery } from '#lib/contract/images.ts';
import { route } from '#lib/http/route.ts';
import { listImageSummaries } from '#lib/services/images/list-summaries.ts';

export const GET = route({ query: ImageListQuery }, ({ ctx, query }) => listImageSummaries(ctx, query));
