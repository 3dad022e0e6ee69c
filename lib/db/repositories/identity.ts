import { and, asc, eq, inArray, lt, lte, sql } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import type { ProjectRow, Role, TokenRow, UserRow } from '../define-schema.ts';
import { prepared } from '../prepared.ts';

export type { Role } from '../define-schema.ts';

/** Everything that a token says about its bearer, read in one go. */
export interface TokenHolder {
  token: TokenRow;
  user: UserRow;
  project: ProjectRow;
  roles: Role[];
}

export async function insertProject(q: Queries, project: ProjectRow): Promise<void> {
  await q.db.insert(q.tables.projects).values(project);
}

export async function findProject(q: Queries, id: string): Promise<ProjectRow | null> {
  const { projects } = q.tables;
  return (await q.db.select().from(projects).where(eq(projects.id, id)).limit(1))[0] ?? null;
}

export async function findProjectByName(q: Queries, name: string): Promise<ProjectRow | null> {
  const { projects } = q.tables;
  return (await q.db.select().from(projects).where(eq(projects.name, name)).limit(1))[0] ?? null;
}

export async function listProjects(q: Queries): Promise<ProjectRow[]> {
  return await q.db.select().from(q.tables.projects).orderBy(asc(q.tables.projects.name));
}

/** Names of the projects, for owners of images. Ids that no project has are left out. */
export async function findProjectNames(q: Queries, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { projects } = q.tables;
  const rows = await q.db
    .select({ id: projects.id, name: projects.name })
    .from(projects)
    .where(inArray(projects.id, [...ids]));
  return new Map(rows.map((row) => [row.id, row.name]));
}

/** Projects that are in use and in which the user has a role, by name. */
export async function listProjectsOfUser(q: Queries, userId: string): Promise<ProjectRow[]> {
  const { projects, role_assignments } = q.tables;
  return await q.db
    .select()
    .from(projects)
    .where(
      and(
        eq(projects.enabled, true),
        inArray(
          projects.id,
          q.db
            .select({ id: role_assignments.project_id })
            .from(role_assignments)
            .where(eq(role_assignments.user_id, userId)),
        ),
      ),
    )
    .orderBy(asc(projects.name));
}

export async function insertUser(q: Queries, user: UserRow): Promise<void> {
  await q.db.insert(q.tables.users).values(user);
}

export async function findUser(q: Queries, id: string): Promise<UserRow | null> {
  const { users } = q.tables;
  return (await q.db.select().from(users).where(eq(users.id, id)).limit(1))[0] ?? null;
}

export async function findUserByName(q: Queries, name: string): Promise<UserRow | null> {
  const { users } = q.tables;
  return (await q.db.select().from(users).where(eq(users.name, name)).limit(1))[0] ?? null;
}

export async function listUsers(q: Queries): Promise<UserRow[]> {
  return await q.db.select().from(q.tables.users).orderBy(asc(q.tables.users.name));
}

export async function hasUsers(q: Queries): Promise<boolean> {
  return (await q.db.select({ id: q.tables.users.id }).from(q.tables.users).limit(1)).length > 0;
}

export async function updateUser(
  q: Queries,
  id: string,
  changes: Partial<Omit<UserRow, 'id' | 'created_at'>> & { updated_at: number },
): Promise<void> {
  await q.db.update(q.tables.users).set(changes).where(eq(q.tables.users.id, id));
}

/** Safe to repeat. */
export async function insertRole(q: Queries, userId: string, projectId: string, role: Role): Promise<void> {
  await q.db
    .insert(q.tables.role_assignments)
    .values({ user_id: userId, project_id: projectId, role })
    .onConflictDoNothing();
}

/** Safe to repeat. */
export async function deleteRole(q: Queries, userId: string, projectId: string, role: Role): Promise<void> {
  const { role_assignments } = q.tables;
  await q.db
    .delete(role_assignments)
    .where(
      and(
        eq(role_assignments.user_id, userId),
        eq(role_assignments.project_id, projectId),
        eq(role_assignments.role, role),
      ),
    );
}

export async function listRoleAssignments(
  q: Queries,
  where: { userId?: string; projectId?: string } = {},
): Promise<{ user_id: string; project_id: string; role: Role }[]> {
  const { role_assignments } = q.tables;
  return await q.db
    .select()
    .from(role_assignments)
    .where(
      and(
        where.userId === undefined ? undefined : eq(role_assignments.user_id, where.userId),
        where.projectId === undefined ? undefined : eq(role_assignments.project_id, where.projectId),
      ),
    );
}

export async function insertToken(q: Queries, token: TokenRow): Promise<void> {
  await q.db.insert(q.tables.tokens).values(token);
}

/**
 * Who bears the token with this hash: null unless it is known, unexpired, and its user and project are in use. A bearer
 * who has lost every role in the project is nobody, too.
 */
export async function findTokenHolder(q: Queries, hash: string, now: number): Promise<TokenHolder | null> {
  const { tokens, users, projects, role_assignments } = q.tables;
  const rows = await prepared(q, 'token holder', () =>
    q.db
      .select({ token: tokens, user: users, project: projects, role: role_assignments.role })
      .from(tokens)
      .innerJoin(users, eq(users.id, tokens.user_id))
      .innerJoin(projects, eq(projects.id, tokens.project_id))
      .innerJoin(
        role_assignments,
        and(eq(role_assignments.user_id, users.id), eq(role_assignments.project_id, projects.id)),
      )
      .where(eq(tokens.hash, sql.placeholder('hash'))),
  ).execute({ hash });
  const first = rows[0];
  if (first === undefined || first.token.expires_at <= now) return null;
  if (!first.user.enabled || !first.project.enabled) return null;
  const { token, user, project } = first;
  return { token, user, project, roles: rows.map((row) => row.role) };
}

export async function extendToken(q: Queries, hash: string, expiresAt: number): Promise<void> {
  const { tokens } = q.tables;
  await q.db
    .update(tokens)
    .set({ expires_at: expiresAt })
    .where(and(eq(tokens.hash, hash), lt(tokens.expires_at, expiresAt)));
}

/** False when there was none. */
export async function deleteToken(q: Queries, hash: string): Promise<boolean> {
  const { tokens } = q.tables;
  return (await q.db.delete(tokens).where(eq(tokens.hash, hash)).returning({ hash: tokens.hash })).length > 0;
}

export async function deleteTokensOfUser(q: Queries, userId: string): Promise<void> {
  await q.db.delete(q.tables.tokens).where(eq(q.tables.tokens.user_id, userId));
}

export async function deleteExpiredTokens(q: Queries, now: number): Promise<void> {
  await q.db.delete(q.tables.tokens).where(lte(q.tables.tokens.expires_at, now));
}
