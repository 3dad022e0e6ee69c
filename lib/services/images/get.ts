import type { Actor } from '#lib/auth/actor.ts';
import { imageNotFound, maySee, type ImageTarget } from '#lib/auth/policy.ts';
import type { Queries } from '#lib/db/database.ts';
import type { ImageRow } from '#lib/db/define-schema.ts';
import { findImage, withBelongings, type ImageRecord } from '#lib/db/repositories/images.ts';
import { findMember } from '#lib/db/repositories/members.ts';

/** An image as policy judges it, with what it is to this caller's project. */
export type SeenImage = ImageRow & Required<Pick<ImageTarget, 'membership'>>;
export type SeenRecord = SeenImage & Pick<ImageRecord, 'tags' | 'properties'>;

/** An image that the caller may see; `not_found` for every other one. */
export async function getImage(q: Queries, actor: Actor, imageId: string): Promise<SeenImage> {
  const image = await findImage(q, imageId);
  if (image === null) throw imageNotFound(imageId);
  const isForeign = image.visibility === 'shared' && image.owner_id !== actor.projectId;
  const member = isForeign ? await findMember(q, imageId, actor.projectId) : null;
  const seen = { ...image, membership: member?.status ?? null };
  if (!maySee(actor, seen)) throw imageNotFound(imageId);
  return seen;
}

/** The same with its tags and properties. */
export async function getImageRecord(q: Queries, actor: Actor, imageId: string): Promise<SeenRecord> {
  const image = await getImage(q, actor, imageId);
  const [record] = await withBelongings(q, [image]);
  if (record === undefined) throw imageNotFound(imageId);
  return { ...record, membership: image.membership };
}
