/**
 * Who may do what, in one place. Actions bear Glance's names where Glance has one. What a caller may not even see
 * answers `not_found`; what they see and may not do answers `forbidden` and says whom to ask.
 */
import { StowageError } from '../contract/errors.ts';
import type { Visibility } from '../contract/common.ts';
import { isService, type Actor } from './actor.ts';

export interface ImageTarget {
  owner_id: string;
  visibility: Visibility;
  /** Status of the caller's project as a member, if it is one. */
  membership?: 'pending' | 'accepted' | 'rejected' | null;
}

export type ImageAction =
  | 'get_image'
  | 'download_image'
  | 'add_image'
  | 'modify_image'
  | 'upload_image'
  | 'delete_image'
  | 'publicize_image'
  | 'communitize_image'
  | 'copy_image'
  | 'delete_image_location'
  | 'verify_image';

export type OtherAction =
  'stores_info_detail' | 'see_all_transfers' | 'manage_identity' | 'see_stray_objects';

/** Own, public, community, and shared with the caller's project (also while pending: the member must see what to accept). */
export function maySee(actor: Actor, image: ImageTarget): boolean {
  return (
    actor.administrator ||
    image.owner_id === actor.projectId ||
    image.visibility === 'public' ||
    image.visibility === 'community' ||
    (image.visibility === 'shared' && image.membership !== undefined && image.membership !== null)
  );
}

function writes(actor: Actor): boolean {
  return actor.administrator || actor.roles.includes('member');
}

export function can(actor: Actor, action: ImageAction, image: ImageTarget): boolean {
  if (actor.administrator) return true;
  if (!maySee(actor, image)) return false;
  const owns = image.owner_id === actor.projectId;
  switch (action) {
    case 'get_image':
    case 'download_image':
      return true;
    case 'add_image':
    case 'modify_image':
    case 'upload_image':
    case 'delete_image':
    case 'communitize_image':
      return owns && writes(actor);
    case 'verify_image':
      return owns && writes(actor);
    // Glance's defaults: the operator decides what is public and where copies lie.
    case 'publicize_image':
    case 'copy_image':
    case 'delete_image_location':
      return false;
  }
}

export function canOther(actor: Actor, action: OtherAction): boolean {
  switch (action) {
    case 'stores_info_detail':
      return actor.administrator || isService(actor);
    case 'see_all_transfers':
    case 'manage_identity':
    case 'see_stray_objects':
      return actor.administrator;
  }
}

const words: Record<ImageAction, string> = {
  get_image: 'see this image',
  download_image: 'download this image',
  add_image: 'create images in this project',
  modify_image: 'change this image',
  upload_image: 'upload into this image',
  delete_image: 'delete this image',
  publicize_image: 'make an image public',
  communitize_image: 'offer this image to the community',
  copy_image: 'copy an image to another store',
  delete_image_location: 'remove an image from a store',
  verify_image: 'have this image verified',
};

/** Throws `not_found` for what the caller may not see, `forbidden` for what they may not do. */
export function assertCan(actor: Actor, action: ImageAction, image: ImageTarget, imageId: string): void {
  if (!maySee(actor, image)) throw imageNotFound(imageId);
  if (can(actor, action, image)) return;
  throw new StowageError('forbidden', `You may not ${words[action]}.`, {
    remedy:
      image.owner_id === actor.projectId
        ? 'Ask an administrator, or for the role member in this project.'
        : 'Only its owner or an administrator can do that.',
  });
}

export function imageNotFound(imageId: string): StowageError {
  return new StowageError('not_found', `No image found with ID ${imageId}`);
}
