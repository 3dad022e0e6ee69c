import type { ImageRow } from '#lib/db/define-schema.ts';
import { withBelongings } from '#lib/db/repositories/images.ts';
import type { Context } from '#lib/runtime/context.ts';
import { toImagesJson } from './image-json.ts';

/** A page as Glance answers it: the links keep every parameter of the request. */
export async function toImageListJson(
  ctx: Pick<Context, 'runtime'>,
  { rows, more }: { rows: ImageRow[]; more: boolean },
  query: URLSearchParams,
) {
  const images = await toImagesJson(ctx, await withBelongings(ctx.runtime.db.read, rows));
  const first = new URLSearchParams(query);
  first.delete('marker');
  const next = new URLSearchParams(first);
  next.set('marker', rows.at(-1)?.id ?? '');
  return {
    images,
    first: first.size === 0 ? '/v2/images' : `/v2/images?${first}`,
    ...(more && { next: `/v2/images?${next}` }),
    schema: '/v2/schemas/images',
  };
}
