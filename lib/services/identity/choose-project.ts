import { StowageError } from '#lib/contract/errors.ts';
import type { ProjectRow, UserRow } from '#lib/db/define-schema.ts';
import { listProjectsOfUser } from '#lib/db/repositories/identity.ts';
import type { IdentityContext } from './identity-context.ts';

export type WantedProject = { id: string } | { name: string } | null;

/**
 * The project that somebody is signed in to: the one that they name, else their default one, else the first in which
 * they have a role. `unauthenticated`, as Keystone answers it, for a project in which they have none.
 */
export async function chooseProject(
  { runtime }: Pick<IdentityContext, 'runtime'>,
  user: UserRow,
  wanted: WantedProject,
): Promise<ProjectRow> {
  const projects = await listProjectsOfUser(runtime.db.read, user.id);
  const project =
    wanted === null
      ? (projects.find(({ id }) => id === user.default_project_id) ?? projects[0])
      : projects.find(({ id, name }) => ('id' in wanted ? id === wanted.id : name === wanted.name));
  if (project !== undefined) return project;
  throw new StowageError(
    'unauthenticated',
    wanted === null ? 'This user has no role in any project.' : 'This user has no role in that project.',
    { remedy: 'Ask an administrator for a role in a project.' },
  );
}
