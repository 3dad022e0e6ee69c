import { assertCan } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { findImage, updateImage } from '#lib/db/repositories/images.ts';
import type { Context } from '#lib/runtime/context.ts';
import { recordEvent } from '../events/record.ts';
import { getImage } from './get.ts';

/** Takes an active image out of service: nobody but administrators can download it. Safe to repeat. */
export async function deactivateImage(ctx: Context, imageId: string): Promise<void> {
  await change(ctx, imageId, { action: 'deactivate', from: 'active', to: 'deactivated' });
}

/** Puts it back. Safe to repeat. */
export async function reactivateImage(ctx: Context, imageId: string): Promise<void> {
  await change(ctx, imageId, { action: 'reactivate', from: 'deactivated', to: 'active' });
}

interface Step {
  action: 'deactivate' | 'reactivate';
  from: 'active' | 'deactivated';
  to: 'active' | 'deactivated';
}

async function change(ctx: Context, imageId: string, { action, from, to }: Step): Promise<void> {
  const { runtime, actor } = ctx;
  await runtime.db.transaction(async (q) => {
    await q.lock(imageId);
    assertCan(actor, action, await getImage(q, actor, imageId), imageId);
    const image = await findImage(q, imageId);
    if (image === null || image.status === to) return;
    if (image.status !== from) {
      throw new StowageError('forbidden', `Not allowed to ${action} image in status '${image.status}'`, {
        remedy: `Only an image that is ${from} can be.`,
      });
    }
    await updateImage(q, image, { status: to, updated_at: runtime.now() });
    await recordEvent(ctx, q, { type: 'image', image_id: imageId, change: 'updated' }, image.owner_id);
  });
}
