import { forgetCallers } from '#lib/auth/caller-cache.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { deleteRole, findProject, findUser, insertRole, type Role } from '#lib/db/repositories/identity.ts';
import type { Transaction } from '#lib/db/database.ts';
import { assertLeavesAdministrator } from './administrators.ts';
import { assertManagesIdentity, type IdentityContext } from './identity-context.ts';

export interface RoleAssignment {
  userId: string;
  projectId: string;
  role: Role;
}

/** Safe to repeat. `not_found` for a user or project that does not exist. */
export async function assignRole(
  { runtime, actor }: IdentityContext,
  assignment: RoleAssignment,
): Promise<void> {
  assertManagesIdentity(actor);
  await runtime.db.transaction(async (transaction) => {
    await assertExist(transaction, assignment);
    await insertRole(transaction, assignment.userId, assignment.projectId, assignment.role);
    forgetCallers(runtime.db, transaction);
  });
}

/** Safe to repeat. Tokens that stand on the role lose it at once. */
export async function removeRole(
  { runtime, actor }: IdentityContext,
  assignment: RoleAssignment,
): Promise<void> {
  assertManagesIdentity(actor);
  await runtime.db.transaction(async (transaction) => {
    await assertExist(transaction, assignment);
    await deleteRole(transaction, assignment.userId, assignment.projectId, assignment.role);
    if (assignment.role === 'admin') await assertLeavesAdministrator(transaction);
    forgetCallers(runtime.db, transaction);
  });
}

async function assertExist(transaction: Transaction, { userId, projectId }: RoleAssignment): Promise<void> {
  if ((await findUser(transaction, userId)) === null) {
    throw new StowageError('not_found', `Could not find user: ${userId}.`);
  }
  if ((await findProject(transaction, projectId)) === null) {
    throw new StowageError('not_found', `Could not find project: ${projectId}.`);
  }
}
