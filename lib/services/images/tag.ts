import { StowageError } from '#lib/contract/errors.ts';
import type { Context } from '#lib/runtime/context.ts';
import { updateImage } from './update.ts';

/** Safe to repeat. */
export async function addTag(ctx: Context, imageId: string, tag: string): Promise<void> {
  await updateImage(ctx, imageId, (draft) =>
    draft.tags.includes(tag) ? draft : { ...draft, tags: [...draft.tags, tag] },
  );
}

/** `not_found` for a tag that the image has not. */
export async function removeTag(ctx: Context, imageId: string, tag: string): Promise<void> {
  await updateImage(ctx, imageId, (draft) => {
    if (!draft.tags.includes(tag)) {
      throw new StowageError('not_found', `The image ${imageId} has no tag "${tag}".`);
    }
    return { ...draft, tags: draft.tags.filter((other) => other !== tag) };
  });
}
