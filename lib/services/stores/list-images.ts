import type { ImageList, ImageListQuery } from '#lib/contract/images.ts';
import type { Context } from '#lib/runtime/context.ts';
import { listImageSummaries } from '../images/list-summaries.ts';
import { getRegistered } from './get.ts';

/** The images that lie in a store, as far as the caller may see them. */
export async function listStoreImages(ctx: Context, id: string, query: ImageListQuery): Promise<ImageList> {
  getRegistered(ctx, id);
  return await listImageSummaries(ctx, { ...query, store: id });
}
