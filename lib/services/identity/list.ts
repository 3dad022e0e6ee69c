/** What callers may read of users and projects: administrators everything, others themselves and where they belong. */
import { StowageError } from '#lib/contract/errors.ts';
import { canOther } from '#lib/auth/policy.ts';
import type { ProjectRow, UserRow } from '#lib/db/define-schema.ts';
import {
  findProject,
  findUser,
  listProjects,
  listProjectsOfUser,
  listRoleAssignments,
  listUsers,
  type Role,
} from '#lib/db/repositories/identity.ts';
import { assertManagesIdentity, type IdentityContext } from './identity-context.ts';

export async function listVisibleProjects(
  { runtime, actor }: IdentityContext,
  { name }: { name: string | null },
): Promise<ProjectRow[]> {
  const projects = canOther(actor, 'manage_identity')
    ? await listProjects(runtime.db.read)
    : await listProjectsOfUser(runtime.db.read, actor.userId);
  return name === null ? projects : projects.filter((project) => project.name === name);
}

/** `not_found` for what is not there and for what this caller may not see. */
export async function getProject({ runtime, actor }: IdentityContext, id: string): Promise<ProjectRow> {
  const project = await findProject(runtime.db.read, id);
  const visible =
    canOther(actor, 'manage_identity') ||
    (await listProjectsOfUser(runtime.db.read, actor.userId)).some((own) => own.id === id);
  if (project === null || !visible) throw new StowageError('not_found', `Could not find project: ${id}.`);
  return project;
}

export async function listVisibleUsers(
  { runtime, actor }: IdentityContext,
  { name }: { name: string | null },
): Promise<UserRow[]> {
  const all = await listUsers(runtime.db.read);
  const users = canOther(actor, 'manage_identity') ? all : all.filter(({ id }) => id === actor.userId);
  return name === null ? users : users.filter((user) => user.name === name);
}

export async function getUser({ runtime, actor }: IdentityContext, id: string): Promise<UserRow> {
  const user = await findUser(runtime.db.read, id);
  if (user === null || (!canOther(actor, 'manage_identity') && id !== actor.userId)) {
    throw new StowageError('not_found', `Could not find user: ${id}.`);
  }
  return user;
}

export async function listProjectsOf(ctx: IdentityContext, userId: string): Promise<ProjectRow[]> {
  const user = await getUser(ctx, userId);
  return await listProjectsOfUser(ctx.runtime.db.read, user.id);
}

export async function listAssignments(
  { runtime, actor }: IdentityContext,
  where: { userId?: string; projectId?: string },
): Promise<{ user_id: string; project_id: string; role: Role }[]> {
  if (where.userId !== actor.userId) assertManagesIdentity(actor);
  return await listRoleAssignments(runtime.db.read, where);
}

/** Whether the user has this very role there; `not_found` for who may not know. */
export async function hasAssignment(
  ctx: IdentityContext,
  { userId, projectId, role }: { userId: string; projectId: string; role: Role },
): Promise<boolean> {
  return (await listAssignments(ctx, { userId, projectId })).some((assignment) => assignment.role === role);
}
