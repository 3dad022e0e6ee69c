/** Rows of identity as Keystone shows them. `url` is `…/identity/v3`. */
import { rolesOf } from '#lib/auth/roles.ts';
import type { AccessRule } from '#lib/auth/access-rules.ts';
import type { ApplicationCredentialRow, ProjectRow, UserRow } from '#lib/db/define-schema.ts';
import type { Role, TokenHolder } from '#lib/db/repositories/identity.ts';
import { defaultDomain } from '#lib/services/identity/domain.ts';
import type { CatalogService } from './catalog.ts';

export function toProjectJson({ id, name, description, enabled }: ProjectRow, url: string) {
  return {
    id,
    name,
    description,
    enabled,
    domain_id: defaultDomain.id,
    parent_id: defaultDomain.id,
    is_domain: false,
    tags: [],
    options: {},
    links: { self: `${url}/projects/${id}` },
  };
}

export function toUserJson(
  { id, name, enabled, default_project_id, description, email }: UserRow,
  url: string,
) {
  return {
    id,
    name,
    enabled,
    domain_id: defaultDomain.id,
    ...(default_project_id !== null && { default_project_id }),
    ...(description !== '' && { description }),
    ...(email !== null && { email }),
    password_expires_at: null,
    options: {},
    links: { self: `${url}/users/${id}` },
  };
}

export function toRoleJson(role: Role, url: string) {
  return {
    id: role,
    name: role,
    domain_id: null,
    description: null,
    options: {},
    links: { self: `${url}/roles/${role}` },
  };
}

export function toDomainJson(url: string) {
  return {
    ...defaultDomain,
    description: '',
    enabled: true,
    tags: [],
    options: {},
    links: { self: `${url}/domains/${defaultDomain.id}` },
  };
}

export function toAssignmentJson(
  { user_id, project_id, role }: { user_id: string; project_id: string; role: Role },
  names: { user: string; project: string } | null,
  url: string,
) {
  const domain = names === null ? {} : { domain: defaultDomain };
  return {
    user: { id: user_id, ...(names && { name: names.user }), ...domain },
    role: { id: role, ...(names && { name: role }) },
    scope: { project: { id: project_id, ...(names && { name: names.project }), ...domain } },
    links: { assignment: `${url}/projects/${project_id}/users/${user_id}/roles/${role}` },
  };
}

/** Without its secret, which nobody knows any more. */
export function toApplicationCredentialJson(credential: ApplicationCredentialRow, url: string) {
  const { id, name, description, user_id, project_id, roles, unrestricted, access_rules } = credential;
  return {
    id,
    name,
    description,
    user_id,
    project_id,
    roles: roles.map((role) => ({ id: role, name: role, domain_id: null })),
    unrestricted,
    expires_at:
      credential.expires_at === null ? null : toMicroseconds(credential.expires_at).replace('Z', ''),
    ...(access_rules && { access_rules }),
    links: { self: `${url}/users/${user_id}/application_credentials/${id}` },
  };
}

export function toAccessRuleJson({ id, service, path, method }: AccessRule, userId: string, url: string) {
  return { id, service, path, method, links: { self: `${url}/users/${userId}/access_rules/${id}` } };
}

/** A collection with Keystone's links; it is never paged. */
export function toCollection(name: string, rows: unknown[], self: string) {
  return { [name]: rows, links: { next: null, previous: null, self } };
}

/** The body that goes with a token. Without a catalog when that is null. */
export function toTokenJson(holder: TokenHolder, catalog: CatalogService[] | null) {
  const { token, user, project, credential } = holder;
  return {
    token: {
      methods: token.methods,
      user: { id: user.id, name: user.name, domain: defaultDomain, password_expires_at: null },
      audit_ids: [token.audit_id],
      expires_at: toMicroseconds(token.expires_at),
      issued_at: toMicroseconds(token.created_at),
      project: { id: project.id, name: project.name, domain: defaultDomain },
      is_domain: false,
      roles: rolesOf(holder).map((role) => ({ id: role, name: role })),
      ...(credential && {
        application_credential: {
          id: credential.id,
          name: credential.name,
          restricted: !credential.unrestricted,
          ...(credential.access_rules && { access_rules: credential.access_rules }),
        },
      }),
      ...(catalog && { catalog }),
    },
  };
}

/** Keystone writes six digits. */
function toMicroseconds(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z');
}
