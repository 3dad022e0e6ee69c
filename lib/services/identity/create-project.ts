import { StowageError } from '#lib/contract/errors.ts';
import { findProjectByName, insertProject } from '#lib/db/repositories/identity.ts';
import type { ProjectRow } from '#lib/db/define-schema.ts';
import { assertDefaultDomain, defaultDomain } from './domain.ts';
import { assertManagesIdentity, type IdentityContext } from './identity-context.ts';
import { newIdentityId } from './new-id.ts';

export interface NewProject {
  name: string;
  description?: string;
  enabled?: boolean;
  domainId?: string | null | undefined;
  parentId?: string | null | undefined;
}

/** `conflict` when the name is taken, `bad_request` for another domain and for a project in a project. */
export async function createProject(
  { runtime, actor }: IdentityContext,
  { name, description = '', enabled = true, domainId, parentId }: NewProject,
): Promise<ProjectRow> {
  assertManagesIdentity(actor);
  assertDefaultDomain(domainId, 'bad_request');
  if (parentId && parentId !== defaultDomain.id) {
    throw new StowageError('bad_request', 'Projects do not lie in projects here.', {
      field: 'parent_id',
      remedy: 'Leave parent_id out.',
    });
  }
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
