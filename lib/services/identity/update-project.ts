import { forgetCallers } from '#lib/auth/caller-cache.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { ProjectRow } from '#lib/db/define-schema.ts';
import {
  findProject,
  findProjectByName,
  updateProject as writeProject,
} from '#lib/db/repositories/identity.ts';
import { assertLeavesAdministrator } from './administrators.ts';
import { assertManagesIdentity, type IdentityContext } from './identity-context.ts';

export interface ProjectChanges {
  name?: string | undefined;
  description?: string | undefined;
  /** False: nobody is signed in to it any more. */
  enabled?: boolean | undefined;
}

/** `conflict` when the name is taken, or when no administrator would be left. */
export async function updateProject(
  { runtime, actor }: IdentityContext,
  id: string,
  { name, description, enabled }: ProjectChanges,
): Promise<ProjectRow> {
  assertManagesIdentity(actor);
  return await runtime.db.transaction(async (transaction) => {
    if (name !== undefined) await transaction.lock(`project:${name}`);
    const project = await findProject(transaction, id);
    if (project === null) throw new StowageError('not_found', `Could not find project: ${id}.`);
    const named = name === undefined ? null : await findProjectByName(transaction, name);
    if (named !== null && named.id !== id) {
      throw new StowageError('conflict', `There is a project named ${name} already.`, { field: 'name' });
    }
    const changes = {
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
      ...(enabled !== undefined && { enabled }),
    };
    await writeProject(transaction, id, changes);
    if (enabled === false) await assertLeavesAdministrator(transaction);
    forgetCallers(runtime.db, transaction);
    return { ...project, ...changes };
  });
}
