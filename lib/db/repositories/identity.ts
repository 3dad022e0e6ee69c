import { and, asc, desc, eq, gt, inArray, isNotNull, lt, lte, or, sql } from 'drizzle-orm';
import type { Queries } from '../database.ts';
import type { ApplicationCredentialRow, ProjectRow, Role, TokenRow, UserRow } from '../define-schema.ts';
import { prepared } from '../prepared.ts';

export type { Role } from '../define-schema.ts';

/** Everything that a token says about its bearer, read in one go. */
export interface TokenHolder {
  token: TokenRow;
  user: UserRow;
  project: ProjectRow;
  /** As assigned, without those that they imply. */
  roles: Role[];
  /** What the token was made with, unless with a password. */
  credential: ApplicationCredentialRow | null;
}

export interface SealedSession {
  sealed: string;
  expiresAt: number;
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
  const names = new Map<string, string>();
  // Those of Keystone last: in its mode they are what people know the projects by.
  for (const table of [q.tables.projects, q.tables.known_projects]) {
    const rows = await q.db
      .select({ id: table.id, name: table.name })
      .from(table)
      .where(inArray(table.id, [...ids]));
    for (const { id, name } of rows) names.set(id, name);
  }
  return names;
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

/** With everything that stands on it: roles, tokens, application credentials. */
export async function deleteUser(q: Queries, id: string): Promise<void> {
  const { users, role_assignments, tokens, application_credentials } = q.tables;
  await q.db.delete(tokens).where(eq(tokens.user_id, id));
  await q.db.delete(application_credentials).where(eq(application_credentials.user_id, id));
  await q.db.delete(role_assignments).where(eq(role_assignments.user_id, id));
  await q.db.delete(users).where(eq(users.id, id));
}

export async function updateProject(
  q: Queries,
  id: string,
  changes: Partial<Pick<ProjectRow, 'name' | 'description' | 'enabled'>>,
): Promise<void> {
  if (Object.keys(changes).length === 0) return;
  await q.db.update(q.tables.projects).set(changes).where(eq(q.tables.projects.id, id));
}

/** With everything that stands on it: roles, tokens, application credentials. */
export async function deleteProject(q: Queries, id: string): Promise<void> {
  const { projects, users, role_assignments, tokens, application_credentials } = q.tables;
  await q.db.delete(tokens).where(eq(tokens.project_id, id));
  await q.db.delete(application_credentials).where(eq(application_credentials.project_id, id));
  await q.db.delete(role_assignments).where(eq(role_assignments.project_id, id));
  await q.db.update(users).set({ default_project_id: null }).where(eq(users.default_project_id, id));
  await q.db.delete(projects).where(eq(projects.id, id));
}

/** Somebody can still sign in as an administrator. */
export async function hasAdministrator(q: Queries): Promise<boolean> {
  const { projects, users, role_assignments } = q.tables;
  const rows = await q.db
    .select({ id: users.id })
    .from(role_assignments)
    .innerJoin(users, eq(users.id, role_assignments.user_id))
    .innerJoin(projects, eq(projects.id, role_assignments.project_id))
    .where(and(eq(role_assignments.role, 'admin'), eq(users.enabled, true), eq(projects.enabled, true)))
    .limit(1);
  return rows.length > 0;
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
 * Who bears the token with this hash: null unless it is known, had not ended at `now`, and its user and project are in
 * use. A bearer who has lost every role in the project is nobody, too, and who bears a credential that is gone or had
 * ended. An earlier `now` finds those that have ended since.
 */
export async function findTokenHolder(q: Queries, hash: string, now: number): Promise<TokenHolder | null> {
  const { tokens, users, projects, role_assignments, application_credentials } = q.tables;
  const rows = await prepared(q, 'token holder', () =>
    q.db
      .select({
        token: tokens,
        user: users,
        project: projects,
        role: role_assignments.role,
        credential: application_credentials,
      })
      .from(tokens)
      .innerJoin(users, eq(users.id, tokens.user_id))
      .innerJoin(projects, eq(projects.id, tokens.project_id))
      .innerJoin(
        role_assignments,
        and(eq(role_assignments.user_id, users.id), eq(role_assignments.project_id, projects.id)),
      )
      .leftJoin(application_credentials, eq(application_credentials.id, tokens.application_credential_id))
      .where(eq(tokens.hash, sql.placeholder('hash'))),
  ).execute({ hash });
  const first = rows[0];
  if (first === undefined || first.token.expires_at <= now) return null;
  if (!first.user.enabled || !first.project.enabled) return null;
  const { token, user, project, credential } = first;
  if (token.application_credential_id !== null) {
    if (credential === null || (credential.expires_at !== null && credential.expires_at <= now)) return null;
  }
  return { token, user, project, credential, roles: rows.map((row) => row.role) };
}

/** A session in another project. */
export async function updateSession(
  q: Queries,
  hash: string,
  changes: Partial<Pick<TokenRow, 'project_id' | 'sealed_token' | 'audit_id' | 'methods' | 'expires_at'>>,
): Promise<void> {
  await q.db.update(q.tables.tokens).set(changes).where(eq(q.tables.tokens.hash, hash));
}

export async function extendToken(q: Queries, hash: string, expiresAt: number): Promise<void> {
  const { tokens } = q.tables;
  await q.db
    .update(tokens)
    .set({ expires_at: expiresAt })
    .where(and(eq(tokens.hash, hash), lt(tokens.expires_at, expiresAt)));
}

/** With those that were made with it and end with it. False when there was none. */
export async function deleteToken(q: Queries, hash: string): Promise<boolean> {
  const { tokens } = q.tables;
  await q.db.delete(tokens).where(eq(tokens.parent_hash, hash));
  return (await q.db.delete(tokens).where(eq(tokens.hash, hash)).returning({ hash: tokens.hash })).length > 0;
}

/** Those that were given a name, the newest first. */
export async function listApiTokens(q: Queries, userId: string, now: number): Promise<TokenRow[]> {
  const { tokens } = q.tables;
  return await q.db
    .select()
    .from(tokens)
    .where(and(eq(tokens.user_id, userId), isNotNull(tokens.name), gt(tokens.expires_at, now)))
    .orderBy(desc(tokens.created_at), asc(tokens.hash));
}

export async function deleteTokensOfUser(q: Queries, userId: string): Promise<void> {
  await q.db.delete(q.tables.tokens).where(eq(q.tables.tokens.user_id, userId));
}

/** Those that hold something sealed; how many there were. */
export async function deleteSealedSessions(q: Queries): Promise<number> {
  const { tokens } = q.tables;
  const rows = await q.db
    .delete(tokens)
    .where(isNotNull(tokens.sealed_token))
    .returning({ hash: tokens.hash });
  return rows.length;
}

/** `tokensUntil`: tokens (not sessions) that have ended since are kept. */
export async function deleteExpiredTokens(
  q: Queries,
  { now, tokensUntil }: { now: number; tokensUntil: number },
): Promise<void> {
  const { tokens } = q.tables;
  await q.db
    .delete(tokens)
    .where(
      and(lte(tokens.expires_at, now), or(eq(tokens.kind, 'session'), lte(tokens.expires_at, tokensUntil))),
    );
}

/** Safe to repeat; the newest name counts. */
export async function rememberProjectName(
  q: Queries,
  project: { id: string; name: string; domain_name: string; seen_at: number },
): Promise<void> {
  const { id, ...rest } = project;
  const { known_projects } = q.tables;
  await q.db
    .insert(known_projects)
    .values({ id, ...rest })
    .onConflictDoUpdate({ target: known_projects.id, set: rest });
}

/** A console session in Keystone mode, which knows no users here; null when there is none or it has ended. */
export async function findSealedSession(
  q: Queries,
  hash: string,
  now: number,
): Promise<SealedSession | null> {
  const { tokens } = q.tables;
  const rows = await prepared(q, 'sealed session', () =>
    q.db
      .select({ kind: tokens.kind, sealed_token: tokens.sealed_token, expires_at: tokens.expires_at })
      .from(tokens)
      .where(eq(tokens.hash, sql.placeholder('hash')))
      .limit(1),
  ).execute({ hash });
  const found = rows[0];
  if (found === undefined || found.kind !== 'session' || found.sealed_token === null) return null;
  return found.expires_at <= now ? null : { sealed: found.sealed_token, expiresAt: found.expires_at };
}
