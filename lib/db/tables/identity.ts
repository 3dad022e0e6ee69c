/** People, projects, tokens. */
import type { AccessRule } from '../../auth/access-rules.ts';
import type { Columns } from '../columns.ts';

/** Of standalone identity. */
export type Role = 'admin' | 'member' | 'reader' | 'service';

export function defineIdentityTables({
  table,
  text,
  time,
  flag,
  json,
  index,
  uniqueIndex,
  primaryKey,
}: Columns) {
  const projects = table('projects', {
    id: text().primaryKey(),
    name: text().notNull().unique(),
    description: text().notNull(),
    enabled: flag().notNull(),
    created_at: time().notNull(),
  });

  const users = table('users', {
    id: text().primaryKey(),
    name: text().notNull().unique(),
    /** PHC string, `$scrypt$…`. */
    password_hash: text().notNull(),
    default_project_id: text(),
    enabled: flag().notNull(),
    description: text().notNull().default(''),
    email: text(),
    created_at: time().notNull(),
    updated_at: time().notNull(),
  });

  const role_assignments = table(
    'role_assignments',
    {
      user_id: text().notNull(),
      project_id: text().notNull(),
      role: text().$type<Role>().notNull(),
    },
    (row) => [primaryKey({ columns: [row.user_id, row.project_id, row.role] })],
  );

  /** Tokens and sessions alike; only a hash is kept. */
  const tokens = table(
    'tokens',
    {
      /** SHA-256 (hex) of the token. */
      hash: text().primaryKey(),
      kind: text().$type<'token' | 'session'>().notNull(),
      user_id: text().notNull(),
      project_id: text(),
      /** What it was made with; it ends with that, and has no more roles. */
      application_credential_id: text(),
      /** In Keystone mode the session's token of Keystone, sealed with the secret key. */
      sealed_token: text(),
      audit_id: text().notNull(),
      methods: json<string[]>().notNull(),
      created_at: time().notNull(),
      expires_at: time().notNull(),
      /** What asked for it, for the list of sessions. */
      client: text(),
      /** Of an API token, given by its owner; null for what signing in gives. */
      name: text(),
      /** Of the owner's roles no more than these; null: all. */
      roles: json<Role[]>(),
      /** The API token that it was made with, and ends with. */
      parent_hash: text(),
    },
    (token) => [
      index('tokens_user').on(token.user_id),
      index('tokens_expiry').on(token.expires_at),
      index('tokens_parent').on(token.parent_hash),
    ],
  );

  const application_credentials = table(
    'application_credentials',
    {
      id: text().primaryKey(),
      name: text().notNull(),
      description: text().notNull().default(''),
      user_id: text().notNull(),
      project_id: text().notNull(),
      /** PHC string, `$scrypt$…`. */
      secret_hash: text().notNull(),
      roles: json<Role[]>().notNull(),
      /** May make and delete application credentials itself. */
      unrestricted: flag().notNull().default(false),
      /** The only requests that it is good for; null: all. */
      access_rules: json<AccessRule[]>(),
      expires_at: time(),
      created_at: time().notNull(),
    },
    (credential) => [uniqueIndex('application_credentials_name').on(credential.user_id, credential.name)],
  );

  /** Names of Keystone's projects, as tokens told them; for people only. */
  const known_projects = table('known_projects', {
    id: text().primaryKey(),
    name: text().notNull(),
    domain_name: text().notNull(),
    seen_at: time().notNull(),
  });

  /** Which secret keys what is sealed here belongs to; a fingerprint tells nothing of its key. */
  const key_fingerprints = table('key_fingerprints', {
    name: text().primaryKey(),
    fingerprint: text().notNull(),
    since: time().notNull(),
  });

  return {
    projects,
    users,
    role_assignments,
    tokens,
    application_credentials,
    known_projects,
    key_fingerprints,
  };
}
