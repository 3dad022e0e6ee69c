import { StowageError } from '../contract/errors.ts';
import type { AccessRule } from './access-rules.ts';
import { openPolicy, type Policy } from './policy-set.ts';

/** Who is calling, however they proved it. */
export interface Actor {
  userId: string;
  userName: string;
  /** Empty without a project: system scope, domain scope, or no scope at all. No image is owned by ''. */
  projectId: string;
  projectName: string;
  /** With those that they imply. */
  roles: readonly string[];
  /** What `context_is_admin` of the policy says: sees the images of all projects. */
  administrator: boolean;
  /** Speaks for the whole cloud and not for one project (Keystone's scope `system:all`). */
  systemScope: boolean;
  /** Roles of the service that passes the call on, proved by `X-Service-Token`; empty when the caller calls itself. */
  serviceRoles: readonly string[];
  /** What the application credential behind the token is restricted to; null: nothing is restricted. */
  accessRules: readonly AccessRule[] | null;
  /** The rules that hold for this caller; see `can` in policy.ts. */
  policy: Policy;
  via: 'session' | 'token' | 'system';
  /** Of the token or session, to end it. */
  tokenHash: string | null;
  expiresAt: number | null;
}

/** What most callers are: themselves, in a project, and not restricted. */
export const ordinaryCaller = { systemScope: false, serviceRoles: [], accessRules: null } as const;

/** Stowage itself: workers and the reconciler. */
export const systemActor: Actor = {
  userId: 'system',
  userName: 'Stowage',
  projectId: 'system',
  projectName: 'system',
  roles: ['admin'],
  administrator: true,
  ...ordinaryCaller,
  policy: openPolicy(),
  via: 'system',
  tokenHash: null,
  expiresAt: null,
};

/** A service of the cloud (Nova, Cinder), by its own token or by the one that it sent along. */
export function isService(actor: Actor): boolean {
  return actor.roles.includes('service') || actor.serviceRoles.includes('service');
}

/** Throws `forbidden` for who speaks for no project: what they make would belong to nobody. */
export function assertHasProject(actor: Actor): void {
  if (actor.projectId !== '') return;
  throw new StowageError(
    'forbidden',
    'This token is for no project, so an image made with it would belong to nobody.',
    {
      remedy: 'Sign in to a project.',
    },
  );
}
