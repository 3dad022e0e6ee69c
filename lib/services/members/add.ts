import { can, notAuthorized } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { memberLimitCount } from '#lib/contract/limits.ts';
import { findMember, insertMember, listMembers, type MemberRow } from '#lib/db/repositories/members.ts';
import type { Context } from '#lib/runtime/context.ts';
import { recordEvent } from '../events/record.ts';
import { getImage } from '../images/get.ts';
import { assertShared } from './assert-shared.ts';

/**
 * Shares an image with a project, which then sees it and may accept it. `conflict` when it is shared with it already,
 * `quota_exceeded` beyond Glance's number of members.
 */
export async function addMember(ctx: Context, imageId: string, memberId: string): Promise<MemberRow> {
  const { runtime, actor } = ctx;
  return await runtime.db.transaction(async (q) => {
    await q.lock(imageId);
    const image = await getImage(q, actor, imageId);
    assertShared(image, 'create');
    if (!can(actor, 'add_member', image)) {
      throw new StowageError('forbidden', `Not allowed to create members for image ${imageId}.`, {
        remedy: 'Only its owner or an administrator shares an image.',
        glance: notAuthorized('add_member'),
      });
    }
    if ((await findMember(q, imageId, memberId)) !== null) {
      throw new StowageError('conflict', `Member ${memberId} is duplicated for image ${imageId}`);
    }
    const count = (await listMembers(q, imageId)).length + 1;
    if (count > memberLimitCount) {
      throw new StowageError(
        'quota_exceeded',
        `Image member limit exceeded for image ${imageId}: The limit has been exceeded on the number of allowed image members for this image. Attempted: ${count}, Maximum: ${memberLimitCount}`,
      );
    }
    const now = runtime.now();
    const member: MemberRow = {
      image_id: imageId,
      member_id: memberId,
      status: 'pending',
      created_at: now,
      updated_at: now,
    };
    await insertMember(q, member);
    await recordEvent(ctx, q, { type: 'image', image_id: imageId, change: 'updated' }, image.owner_id);
    return member;
  });
}
