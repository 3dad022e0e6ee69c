import { forgetCallers } from '#lib/auth/caller-cache.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { deleteProject as removeProject, findProject } from '#lib/db/repositories/identity.ts';
import { ownsImages } from '#lib/db/repositories/images.ts';
import { assertLeavesAdministrator } from './administrators.ts';
import { assertManagesIdentity, type IdentityContext } from './identity-context.ts';

/** `conflict` while it owns images: they would belong to nobody whom anyone can ask. */
export async function deleteProject({ runtime, actor }: IdentityContext, id: string): Promise<void> {
  assertManagesIdentity(actor);
  await runtime.db.transaction(async (transaction) => {
    const project = await findProject(transaction, id);
    if (project === null) throw new StowageError('not_found', `Could not find project: ${id}.`);
    if (await ownsImages(transaction, id)) {
      throw new StowageError('conflict', `The project ${project.name} still owns images.`, {
        remedy: 'Delete them or give them to another project first, or disable the project.',
      });
    }
    await removeProject(transaction, id);
    await assertLeavesAdministrator(transaction);
    forgetCallers(runtime.db, transaction);
  });
}
