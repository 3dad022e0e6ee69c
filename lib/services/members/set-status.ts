import { can, notAuthorized } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { updateMember, type MemberRow } from '#lib/db/repositories/members.ts';
import type { Context } from '#lib/runtime/context.ts';
import { recordEvent } from '../events/record.ts';
import { getImage } from '../images/get.ts';
import { assertShared } from './assert-shared.ts';
import { findVisibleMember } from './get.ts';

/** Accepts or rejects a shared image for the project that it is shared with; its owner cannot do that for others. */
export async function setMemberStatus(
  ctx: Context,
  imageId: string,
  memberId: string,
  status: MemberRow['status'],
): Promise<MemberRow> {
  const { runtime, actor } = ctx;
  return await runtime.db.transaction(async (q) => {
    await q.lock(imageId);
    const image = await getImage(q, actor, imageId);
    assertShared(image, 'update');
    const member = await findVisibleMember(q, actor, image, memberId);
    if (!can(actor, 'modify_member', image)) {
      throw new StowageError('forbidden', `Not allowed to update members for image ${imageId}.`, {
        remedy: 'The project that it is shared with decides that.',
        glance: notAuthorized('modify_member'),
      });
    }
    const changes = { status, updated_at: runtime.now() };
    await updateMember(q, imageId, memberId, changes);
    await recordEvent(ctx, q, { type: 'image', image_id: imageId, change: 'updated' }, image.owner_id);
    return { ...member, ...changes };
  });
}
