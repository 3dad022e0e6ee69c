import type { SessionView } from '#lib/contract/session.ts';
import { addresses } from './paths.ts';
import { command, curl, shellWord } from './shell-command.ts';
import type { Equivalents } from './shell-command.ts';

/** What is done to people, projects and what they sign in with. Users and projects are named by their names. */
export type IdentityDeed =
  | { kind: 'sign-in'; user: string; project: string; identity?: SessionView['identity'] | undefined }
  | {
      kind: 'create-credential';
      identity: SessionView['identity'];
      user: string;
      name: string;
      description: string;
      roles: string[];
      expiresAt: string | null;
    }
  | { kind: 'list-people' }
  | { kind: 'create-person'; name: string; email: string; project: NamedId; role: string }
  | { kind: 'reset-password'; user: NamedId }
  | { kind: 'change-password'; user: NamedId }
  | { kind: 'enable-person'; user: NamedId; enabled: boolean }
  | { kind: 'delete-person'; user: NamedId }
  | { kind: 'give-role' | 'take-role'; user: NamedId; project: NamedId; role: string }
  | { kind: 'create-project'; name: string; description: string }
  | { kind: 'enable-project'; project: NamedId; enabled: boolean }
  | { kind: 'delete-project'; project: NamedId };

interface NamedId {
  id: string;
  name: string;
}

export function identityEquivalentsOf(deed: IdentityDeed, base: string): Equivalents {
  switch (deed.kind) {
    case 'sign-in':
      return signIn(deed, base);
    case 'create-credential':
      return createCredential(deed);
    case 'list-people':
      return {
        openstack:
          'openstack user list --long\nopenstack project list\nopenstack role assignment list --names',
        glance: null,
        curl: curl(base, addresses.users),
      };
    case 'create-person':
      return createPerson(deed, base);
    case 'reset-password':
      return {
        openstack: `openstack user set --password-prompt ${shellWord(deed.user.name)}`,
        glance: null,
        curl: curl(base, addresses.user(deed.user.id), {
          method: 'PATCH',
          json: { user: { password: '…' } },
        }),
      };
    case 'change-password':
      return {
        openstack: 'openstack user password set',
        glance: null,
        curl: curl(base, addresses.userPassword(deed.user.id), {
          json: { user: { original_password: '…', password: '…' } },
        }),
      };
    case 'enable-person':
      return {
        openstack: `openstack user set --${deed.enabled ? 'enable' : 'disable'} ${shellWord(deed.user.name)}`,
        glance: null,
        curl: curl(base, addresses.user(deed.user.id), {
          method: 'PATCH',
          json: { user: { enabled: deed.enabled } },
        }),
      };
    case 'delete-person':
      return {
        openstack: `openstack user delete ${shellWord(deed.user.name)}`,
        glance: null,
        curl: curl(base, addresses.user(deed.user.id), { method: 'DELETE' }),
      };
    case 'give-role':
    case 'take-role':
      return role(deed, base);
    case 'create-project':
      return {
        openstack: command(
          'openstack project create',
          deed.description !== '' && `--description ${shellWord(deed.description)}`,
          shellWord(deed.name),
        ),
        glance: null,
        curl: curl(base, addresses.identityProjects, {
          json: { project: { name: deed.name, ...(deed.description && { description: deed.description }) } },
        }),
      };
    case 'enable-project':
      return {
        openstack: `openstack project set --${deed.enabled ? 'enable' : 'disable'} ${shellWord(deed.project.name)}`,
        glance: null,
        curl: curl(base, addresses.identityProject(deed.project.id), {
          method: 'PATCH',
          json: { project: { enabled: deed.enabled } },
        }),
      };
    case 'delete-project':
      return {
        openstack: `openstack project delete ${shellWord(deed.project.name)}`,
        glance: null,
        curl: curl(base, addresses.identityProject(deed.project.id), { method: 'DELETE' }),
      };
  }
}

function createPerson(
  { name, email, project, role: given }: Extract<IdentityDeed, { kind: 'create-person' }>,
  base: string,
): Equivalents {
  return {
    openstack: [
      command(
        'openstack user create --password-prompt',
        `--project ${shellWord(project.name)}`,
        email !== '' && `--email ${shellWord(email)}`,
        shellWord(name),
      ),
      command(
        'openstack role add',
        `--user ${shellWord(name)}`,
        `--project ${shellWord(project.name)}`,
        shellWord(given),
      ),
    ].join('\n'),
    glance: null,
    curl: [
      `USER_ID=$(${curl(base, addresses.users, {
        json: { user: { name, password: '…', default_project_id: project.id, ...(email && { email }) } },
        more: ['-s'],
      })} | sed 's/.*"user": *{"id": *"\\([^"]*\\)".*/\\1/')`,
      command(
        'curl -X PUT -H "X-Auth-Token: $TOKEN"',
        `"${base}${addresses.identityProject(project.id)}/users/$USER_ID/roles/${given}"`,
      ),
    ].join('\n'),
  };
}

function role(deed: Extract<IdentityDeed, { kind: 'give-role' | 'take-role' }>, base: string): Equivalents {
  const { user, project } = deed;
  const gives = deed.kind === 'give-role';
  return {
    openstack: command(
      `openstack role ${gives ? 'add' : 'remove'}`,
      `--user ${shellWord(user.name)}`,
      `--project ${shellWord(project.name)}`,
      shellWord(deed.role),
    ),
    glance: null,
    curl: curl(base, addresses.roleOf(project.id, user.id, deed.role), { method: gives ? 'PUT' : 'DELETE' }),
  };
}

function signIn(
  { user, project, identity }: Extract<IdentityDeed, { kind: 'sign-in' }>,
  base: string,
): Equivalents {
  const authUrl = identity?.auth_url ?? `${base}/identity/v3`;
  const userDomain = identity?.user_domain ?? 'Default';
  const projectDomain = identity?.project_domain ?? 'Default';
  const isSystem = identity?.system_scope === true;
  const settings = command(
    `export OS_AUTH_URL=${shellWord(authUrl)}`,
    `OS_USERNAME=${shellWord(user)} ${isSystem ? 'OS_SYSTEM_SCOPE=all' : `OS_PROJECT_NAME=${shellWord(project)}`}`,
    `OS_USER_DOMAIN_NAME=${shellWord(userDomain)}${
      isSystem ? '' : ` OS_PROJECT_DOMAIN_NAME=${shellWord(projectDomain)}`
    } OS_IDENTITY_API_VERSION=3`,
  );
  const body = (text: string) =>
    JSON.stringify({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: user, domain: { name: userDomain }, password: text } },
        },
        scope: isSystem
          ? { system: { all: true } }
          : { project: { name: project, domain: { name: projectDomain } } },
      },
    });
  return {
    openstack: `${settings}\nread -rs OS_PASSWORD && export OS_PASSWORD`,
    glance: `${settings}\nread -rs OS_PASSWORD && export OS_PASSWORD`,
    curl: `TOKEN=$(curl -si -H 'Content-Type: application/json' \\\n  -d ${shellWord(body('…'))} \\\n  ${shellWord(
      `${authUrl}/auth/tokens`,
    )} | tr -d '\\r' | sed -n 's/^x-subject-token: //Ip')`,
  };
}

function createCredential(deed: Extract<IdentityDeed, { kind: 'create-credential' }>): Equivalents {
  const { name, description, roles, expiresAt } = deed;
  return {
    openstack: command(
      'openstack application credential create',
      ...roles.map((role) => `--role ${shellWord(role)}`),
      // The program takes a time without a zone, and means UTC.
      expiresAt !== null && `--expiration ${shellWord(expiresAt.slice(0, 19))}`,
      description !== '' && `--description ${shellWord(description)}`,
      shellWord(name),
    ),
    glance: null,
    curl: curl(deed.identity.auth_url, `/users/${encodeURIComponent(deed.user)}/application_credentials`, {
      json: {
        application_credential: {
          name,
          ...(description !== '' && { description }),
          roles: roles.map((role) => ({ name: role })),
          ...(expiresAt !== null && { expires_at: expiresAt }),
        },
      },
    }),
  };
}
