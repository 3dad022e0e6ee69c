import { can, notAuthorized } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { deleteMember } from '#lib/db/repositories/members.ts';
import type { Context } from '#lib/runtime/context.ts';
import { recordEvent } from '../events/record.ts';
import { getImage } from '../images/get.ts';
import { assertShared } from './assert-shared.ts';
import { findVisibleMember } from './get.ts';

/** Stops sharing an image with a project. */
export async function removeMember(ctx: Context, imageId: string, memberId: string): Promise<void> {
  const { runtime, actor } = ctx;
  await runtime.db.transaction(async (q) => {
    await q.lock(imageId);
    const image = await getImage(q, actor, imageId);
    assertShared(image, 'delete');
    await findVisibleMember(q, actor, image, memberId);
    if (!can(actor, 'delete_member', image)) {
      throw new StowageError('forbidden', `Not allowed to delete members for image ${imageId}.`, {
        remedy: 'Only its owner or an administrator stops sharing an image. Reject it instead.',
        glance: notAuthorized('delete_member'),
      });
    }
    await deleteMember(q, imageId, memberId);
    await recordEvent(ctx, q, { type: 'image', image_id: imageId, change: 'updated' }, image.owner_id);
  });
}
