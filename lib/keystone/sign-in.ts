import { z } from 'zod';
import { toKeystoneToken, type KeystoneProject, type KeystoneToken } from './token.ts';
import { keystoneUnavailable, type KeystoneWire } from './wire.ts';

export type WantedScope =
  | { readonly project: { readonly id: string } | { readonly name: string; readonly domain: string } }
  | 'system'
  /** What Keystone finds best: the user's default project, else none. */
  | null;

export interface IssuedToken {
  readonly token: string;
  readonly content: KeystoneToken;
}

export interface KeystoneSignIn {
  /** Null for a wrong name or password, and for a project in which the user has no role: Keystone does not say which. */
  signIn(
    user: { readonly name: string; readonly domain: string; readonly password: string },
    scope: WantedScope,
  ): Promise<IssuedToken | null>;
  /** The same user elsewhere. Null when they have no role there, the token has ended, or it may not be rescoped. */
  rescope(token: string, scope: WantedScope): Promise<IssuedToken | null>;
  /** In which the bearer has a role, by name; empty when the token has ended. */
  listProjects(token: string): Promise<KeystoneProject[]>;
  /** Whether the bearer has a role on the system itself. */
  hasSystemRole(token: string): Promise<boolean>;
}

const ProjectList = z.object({
  projects: z.array(
    z.object({ id: z.string(), name: z.string(), domain_id: z.string(), enabled: z.boolean().optional() }),
  ),
});
const DomainList = z.object({ domains: z.array(z.object({ id: z.string(), name: z.string() })) });
const SystemBody = z.object({ system: z.array(z.unknown()) });

export function openSignIn(wire: KeystoneWire): KeystoneSignIn {
  async function issue(identity: unknown, scope: WantedScope): Promise<IssuedToken | null> {
    const answer = await wire.send({
      method: 'POST',
      path: '/auth/tokens?nocatalog',
      body: { auth: { identity, ...(scope !== null && { scope: toScope(scope) }) } },
    });
    // 403: a token that may not be exchanged; 404: a project or domain that does not exist.
    if ([400, 401, 403, 404].includes(answer.status)) return null;
    const token = answer.header('x-subject-token');
    const content = toKeystoneToken(answer.body);
    if (answer.status === 201 && token !== null && content !== null) return { token, content };
    throw keystoneUnavailable(new Error(`Keystone answered ${answer.status} to a sign-in`));
  }

  /** Names of the domains that the bearer may see; a user of one domain need not see any. */
  async function domainNames(token: string): Promise<Map<string, string>> {
    const answer = await wire.send({ path: '/auth/domains', token });
    const parsed = DomainList.safeParse(answer.body);
    return new Map(parsed.success ? parsed.data.domains.map(({ id, name }) => [id, name]) : []);
  }

  return {
    signIn: ({ name, domain, password }, scope) =>
      issue(
        { methods: ['password'], password: { user: { name, domain: { name: domain }, password } } },
        scope,
      ),

    rescope: (token, scope) => issue({ methods: ['token'], token: { id: token } }, scope),

    async listProjects(token) {
      const answer = await wire.send({ path: '/auth/projects', token });
      const parsed = ProjectList.safeParse(answer.body);
      if (!parsed.success) return [];
      const names = await domainNames(token);
      return parsed.data.projects
        .filter(({ enabled }) => enabled !== false)
        .map(({ id, name, domain_id }) => ({
          id,
          name,
          domain: {
            id: domain_id,
            name: names.get(domain_id) ?? (domain_id === 'default' ? 'Default' : domain_id),
          },
        }))
        .sort((one, other) => (one.name < other.name ? -1 : 1));
    },

    async hasSystemRole(token) {
      const answer = await wire.send({ path: '/auth/system', token });
      const parsed = SystemBody.safeParse(answer.body);
      return parsed.success && parsed.data.system.length > 0;
    },
  };
}

function toScope(scope: Exclude<WantedScope, null>): unknown {
  if (scope === 'system') return { system: { all: true } };
  const { project } = scope;
  if ('id' in project) return { project: { id: project.id } };
  return { project: { name: project.name, domain: { name: project.domain } } };
}
