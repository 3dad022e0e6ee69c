import { z } from 'zod';
import { ImageUpdate } from '#lib/contract/images.ts';
import { route } from '#lib/http/route.ts';
import { deleteImage } from '#lib/services/images/delete.ts';
import { editSettings } from '#lib/services/images/edit-settings.ts';
import { getImage } from '#lib/services/images/get.ts';
import { updateImage } from '#lib/services/images/update.ts';
import { toImageView } from '#lib/services/images/view.ts';

const params = z.object({ id: z.string() });

export const GET = route({ params }, async ({ ctx, params: { id } }) =>
  toImageView(ctx, await getImage(ctx.runtime.db.read, ctx.actor, id)),
);

export const PATCH = route({ params, body: ImageUpdate }, async ({ ctx, params: { id }, body }) =>
  toImageView(ctx, await updateImage(ctx, id, (draft) => editSettings(draft, body))),
);

export const DELETE = route({ params }, ({ ctx, params: { id } }) => deleteImage(ctx, id));
