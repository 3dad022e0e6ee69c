import type { Actor } from '#lib/auth/actor.ts';
import { canOther } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';

/** What use cases of identity need: less than a whole context, so that commands can call them with a database alone. */
export interface IdentityContext {
  runtime: Pick<Runtime, 'db' | 'now'>;
  actor: Actor;
}

export function assertManagesIdentity(actor: Actor): void {
  if (canOther(actor, 'manage_identity')) return;
  throw new StowageError('forbidden', 'You may not manage users and projects.', {
    remedy: 'Ask an administrator.',
  });
}
