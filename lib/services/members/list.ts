import { assertCan } from '#lib/auth/policy.ts';
import { listMembers as listRows, type MemberRow } from '#lib/db/repositories/members.ts';
import type { Context } from '#lib/runtime/context.ts';
import { getImage } from '../images/get.ts';
import { assertShared } from './assert-shared.ts';

/** With whom an image is shared: the owner and administrators see all, a member its own row. */
export async function listMembers(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  imageId: string,
): Promise<MemberRow[]> {
  const image = await getImage(runtime.db.read, actor, imageId);
  assertShared(image, 'list');
  assertCan(actor, 'get_members', image, imageId);
  const members = await listRows(runtime.db.read, imageId);
  if (actor.administrator || image.owner_id === actor.projectId) return members;
  return members.filter(({ member_id }) => member_id === actor.projectId);
}
