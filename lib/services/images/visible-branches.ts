import type { Actor } from '#lib/auth/actor.ts';
import type { Visibility } from '#lib/contract/common.ts';
import type { ImageBranch } from '#lib/db/repositories/image-list.ts';

export type MemberStatus = 'pending' | 'accepted' | 'rejected' | 'all';

/**
 * Whose images a list of the Images API holds, as Glance decides it. Without a visibility: own, public and accepted
 * ones, and of the community's only own; administrators all but the community's of others (a condition that the caller
 * adds, because it needs no branches). With one, what is visible
 * at all and has that visibility; `all`: whatever is visible.
 */
export function visibleBranches(
  actor: Actor,
  visibility: Visibility | 'all' | null,
  memberStatus: MemberStatus,
): ImageBranch[] {
  const own: ImageBranch = { kind: 'owner', owner: actor.projectId };
  const shared: ImageBranch = { kind: 'member', project: actor.projectId, status: memberStatus };
  const every = (each: Visibility): ImageBranch => ({ kind: 'visibility', visibility: each });
  if (actor.administrator) {
    return [visibility === null || visibility === 'all' ? { kind: 'all' } : every(visibility)];
  }
  switch (visibility) {
    case null:
      return [own, every('public'), shared];
    case 'all':
      return [own, every('public'), every('community'), shared];
    case 'public':
    case 'community':
      return [every(visibility)];
    // The visibility itself is a condition on top: here it is only about whose.
    case 'private':
      return [own];
    case 'shared':
      return [own, shared];
  }
}
