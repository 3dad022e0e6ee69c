import type { Database } from '#lib/db/database.ts';
import { rememberProjectName } from '#lib/db/repositories/identity.ts';
import type { KeystoneProject, KeystoneToken } from '#lib/keystone/token.ts';
import type { Logger } from 'pino';
import type { Actor } from './actor.ts';
import { pinnedTo } from './pinned.ts';
import { isAdministrator } from './policy.ts';

export function toKeystoneActor(
  content: KeystoneToken,
  given: Pick<Actor, 'policy' | 'tokenHash' | 'serviceRoles' | 'expiresAt'> & { via: 'session' | 'token' },
): Actor {
  const caller = {
    userId: content.user.id,
    userName: content.user.name,
    projectId: content.project?.id ?? '',
    projectName: content.project?.name ?? (content.systemScope ? 'system' : ''),
    roles: content.roles,
    systemScope: content.systemScope,
    accessRules: content.accessRules,
    ...given,
  };
  return { ...caller, administrator: isAdministrator(given.policy, caller) };
}

/**
 * Keeps the name of a project for people who look at its images later. Written once by each process and again when the
 * name changes; a failure is only logged.
 */
export function rememberProject(
  { db, now, log }: { db: Database; now: () => number; log: Logger },
  { id, name, domain }: KeystoneProject,
): void {
  const seen = pinnedTo(db, 'known-projects', () => new Map<string, string>());
  const text = `${domain.name}/${name}`;
  if (seen.get(id) === text) return;
  if (seen.size > 50_000) seen.clear();
  seen.set(id, text);
  db.transaction((q) => rememberProjectName(q, { id, name, domain_name: domain.name, seen_at: now() })).catch(
    (error: unknown) => {
      seen.delete(id);
      log.warn({ err: error }, 'the name of a project could not be kept');
    },
  );
}
