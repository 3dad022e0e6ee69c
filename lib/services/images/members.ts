import { StowageError } from '#lib/contract/errors.ts';
import { listMembers, type MemberRow } from '#lib/db/repositories/members.ts';
import type { Context } from '#lib/runtime/context.ts';
import { getImage } from './get.ts';

/** With whom an image is shared: the owner and administrators see all, a member its own row. */
export async function listVisibleMembers(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  imageId: string,
): Promise<MemberRow[]> {
  const image = await getImage(runtime.db.read, actor, imageId);
  if (image.visibility !== 'shared') {
    throw new StowageError('forbidden', 'Only shared images have members.', {
      remedy: 'Make the image shared first.',
    });
  }
  const members = await listMembers(runtime.db.read, imageId);
  if (actor.administrator || image.owner_id === actor.projectId) return members;
  return members.filter(({ member_id }) => member_id === actor.projectId);
}
