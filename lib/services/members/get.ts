import { can } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { Queries } from '#lib/db/database.ts';
import { findMember, type MemberRow } from '#lib/db/repositories/members.ts';
import type { Context } from '#lib/runtime/context.ts';
import { getImage, type SeenImage } from '../images/get.ts';

/** One project that an image is shared with. `not_found` also for a row that the caller may not see. */
export async function getMember(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  imageId: string,
  memberId: string,
): Promise<MemberRow> {
  const q = runtime.db.read;
  const image = await getImage(q, actor, imageId);
  if (image.visibility !== 'shared' || !can(actor, 'get_member', image)) {
    throw memberNotFound(imageId, memberId);
  }
  return await findVisibleMember(q, actor, image, memberId);
}

/** The same inside a transaction, for an image that the caller sees. */
export async function findVisibleMember(
  q: Queries,
  actor: Context['actor'],
  image: SeenImage,
  memberId: string,
): Promise<MemberRow> {
  const seesAll = actor.administrator || image.owner_id === actor.projectId;
  const member = seesAll || memberId === actor.projectId ? await findMember(q, image.id, memberId) : null;
  if (member === null) throw memberNotFound(image.id, memberId);
  return member;
}

function memberNotFound(imageId: string, memberId: string): StowageError {
  return new StowageError('not_found', `${memberId} not found in the member list of the image ${imageId}.`);
}
