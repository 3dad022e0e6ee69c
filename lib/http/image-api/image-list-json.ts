import type { ImageRow } from '#lib/db/define-schema.ts';
import { withBelongings } from '#lib/db/repositories/images.ts';
import type { Context } from '#lib/runtime/context.ts';
import { toImagesJson } from './image-json.ts';
import { pageLinks } from './page-links.ts';

/** A page as Glance answers it: the links keep every parameter of the request. */
export async function toImageListJson(
  ctx: Pick<Context, 'runtime' | 'actor'>,
  { rows, more }: { rows: ImageRow[]; more: boolean },
  query: URLSearchParams,
) {
  const images = await toImagesJson(ctx, await withBelongings(ctx.runtime.db.read, rows));
  return {
    images,
    ...pageLinks('/v2/images', query, more ? rows.at(-1)?.id : undefined),
    schema: '/v2/schemas/images',
  };
}
