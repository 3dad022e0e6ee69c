/**
 * Who may do what, in one place. Which rules hold is data (`policy-rules.ts`, `policy:` in stowage.yaml) and comes with
 * the actor. What a caller may not even see answers `not_found`; what they see and may not do answers `forbidden` and
 * says whom to ask.
 */
import { StowageError } from '../contract/errors.ts';
import type { ImageStatus, Visibility } from '../contract/common.ts';
import type { Actor } from './actor.ts';
import { meets, type Condition } from './policy-condition.ts';
import type { Credentials, PolicyTarget } from './policy-expression.ts';
import type { Policy } from './policy-set.ts';
import { policyRules, type ImageAction, type OtherAction } from './policy-rules.ts';

export type { ImageAction, OtherAction } from './policy-rules.ts';

export interface ImageTarget {
  owner_id: string;
  visibility: Visibility;
  status?: ImageStatus;
  protected?: boolean;
  /** Status of the caller's project as a member, if it is one. */
  membership?: 'pending' | 'accepted' | 'rejected' | null;
}

/**
 * Own, public, community, and shared with the caller's project (also while pending: the member must see what to
 * accept), and then only what the rule `get_image` shows.
 */
export function maySee(actor: Actor, image: ImageTarget): boolean {
  return isVisible(actor, image) && holds(actor, 'get_image', toPolicyTarget(actor, image));
}

/** What no rule can widen: whose images a caller is shown at all. */
function isVisible(actor: Actor, image: ImageTarget): boolean {
  return (
    actor.administrator ||
    image.owner_id === actor.projectId ||
    image.visibility === 'public' ||
    image.visibility === 'community' ||
    isMember(image)
  );
}

function isMember({ visibility, membership }: ImageTarget): boolean {
  return visibility === 'shared' && membership !== undefined && membership !== null;
}

export function can(actor: Actor, action: ImageAction, image: ImageTarget): boolean {
  return (isNew(action) || maySee(actor, image)) && holds(actor, action, toPolicyTarget(actor, image));
}

/** There is nothing to be seen yet. */
function isNew(action: ImageAction): boolean {
  return action === 'add_image';
}

/** For what is not done to an image. `target` as the rule's expression names it; by default the caller's project. */
export function canOther(
  actor: Actor,
  action: OtherAction,
  target: PolicyTarget = { project_id: actor.projectId, owner: actor.projectId },
): boolean {
  return holds(actor, action, target);
}

/** Throws `not_found` for what the caller may not see, `forbidden` for what they may not do. */
export function assertCan(actor: Actor, action: ImageAction, image: ImageTarget, imageId: string): void {
  if (!isNew(action) && !maySee(actor, image)) throw imageNotFound(imageId);
  if (can(actor, action, image)) return;
  throw new StowageError('forbidden', `You may not ${policyRules[action].allows}.`, {
    remedy:
      image.owner_id === actor.projectId
        ? 'Ask an administrator, or for the role member in this project.'
        : 'Only its owner or an administrator can do that.',
    glance: notAuthorized(action),
  });
}

/** Throws `forbidden`. */
export function assertCanOther(actor: Actor, action: OtherAction, target?: PolicyTarget): void {
  if (canOther(actor, action, target)) return;
  throw new StowageError('forbidden', `You may not ${policyRules[action].allows}.`, {
    remedy: 'Ask an administrator.',
    glance: notAuthorized(action),
  });
}

/** Glance's words for whatever a rule does not allow. */
export function notAuthorized(action: ImageAction | OtherAction): string {
  return `You are not authorized to complete ${action} action.`;
}

export function imageNotFound(imageId: string): StowageError {
  return new StowageError('not_found', `No image found with ID ${imageId}`);
}

/** Stowage itself is above its rules. */
function holds(actor: Actor, action: ImageAction | OtherAction, target: PolicyTarget): boolean {
  return meets(conditionOf(actor, action), target);
}

/** What a rule still asks of a target when this caller asks; for lists, which judge all that they hold at once. */
export function conditionOf(actor: Actor, action: ImageAction | OtherAction): Condition {
  if (actor.via === 'system') return true;
  let known = conditions.get(actor);
  if (known === undefined) conditions.set(actor, (known = new Map()));
  let condition = known.get(action);
  if (condition === undefined) {
    known.set(action, (condition = actor.policy.conditionOf(action, toCredentials(actor))));
  }
  return condition;
}

/** A page of images asks the same of each. Actors are not changed once they are made. */
const conditions = new WeakMap<Actor, Map<string, Condition>>();

/** What a policy judges a caller by. */
type Judged = Pick<Actor, 'roles' | 'serviceRoles' | 'userId' | 'projectId' | 'systemScope'>;

/** By the rule `context_is_admin`; everybody who makes an {@link Actor} asks this. */
export function isAdministrator(policy: Policy, caller: Judged): boolean {
  return policy.allows('context_is_admin', toCredentials(caller), {});
}

function toCredentials({ roles, serviceRoles, userId, projectId, systemScope }: Judged): Credentials {
  return {
    roles,
    service_roles: serviceRoles,
    user_id: userId,
    project_id: projectId === '' ? null : projectId,
    system_scope: systemScope ? 'all' : null,
  };
}

function toPolicyTarget(actor: Actor, image: ImageTarget): PolicyTarget {
  return {
    project_id: image.owner_id,
    owner: image.owner_id,
    visibility: image.visibility,
    status: image.status ?? null,
    protected: image.protected ?? null,
    member_id: isMember(image) ? actor.projectId : null,
  };
}
