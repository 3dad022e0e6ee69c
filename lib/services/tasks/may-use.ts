import type { Actor } from '#lib/auth/actor.ts';
import { canOther } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';

/** The list of tasks is an operator's; who owns an image sees those of the image with it. */
export function assertMayUseTasks(actor: Actor): void {
  if (canOther(actor, 'tasks_api_access')) return;
  throw new StowageError('forbidden', 'You are not authorized to complete tasks_api_access action.', {
    remedy: 'Ask an administrator. What works on an image is listed under the image itself.',
  });
}
