import { StowageError } from '#lib/contract/errors.ts';
import { findProjectByName, insertProject } from '#lib/db/repositories/identity.ts';
import type { ProjectRow } from '#lib/db/define-schema.ts';
import { assertManagesIdentity, type IdentityContext } from './identity-context.ts';
import { newIdentityId } from './new-id.ts';

/** `conflict` when the name is taken. */
export async function createProject(
  { runtime, actor }: IdentityContext,
  { name, description = '', enabled = true }: { name: string; description?: string; enabled?: boolean },
): Promise<ProjectRow> {
  assertManagesIdentity(actor);
  const project = { id: newIdentityId(), name, description, enabled, created_at: runtime.now() };
  await runtime.db.transaction(async (transaction) => {
    await transaction.lock(`project:${name}`);
    if ((await findProjectByName(transaction, name)) !== null) {
      throw new StowageError('conflict', `There is a project named ${name} already.`, { field: 'name' });
    }
    await insertProject(transaction, project);
  });
  return project;
}
