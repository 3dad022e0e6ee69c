/** The two that are compared, with the same projects and users. */
import { seedPassword, seedUsers } from '#e2e/servers/keystone-seed.ts';
import { startGlance } from '#e2e/servers/glance.ts';
import { startKeystone } from '#e2e/servers/keystone.ts';
import type { Skippable } from '#e2e/support/debian.ts';
import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import { startServer } from '#e2e/support/server.ts';
import { issueToken, signIn } from '#e2e/support/sign-in.ts';
import type { Cleanup } from '#e2e/support/temporary-directory.ts';
import type { Caller, Side } from './transcript.ts';

type SignIn = (user?: { name: string; password: string; project: string }) => Promise<string>;

const users: Readonly<Record<Exclude<Caller, 'admin' | 'nobody'>, string>> = {
  alpha: 'alpha-member',
  'alpha-reader': 'alpha-reader',
  beta: 'beta-member',
};

async function tokensOf(issue: SignIn): Promise<Map<Caller, string>> {
  const tokens = new Map<Caller, string>([['admin', await issue()]]);
  for (const [caller, name] of Object.entries(users)) {
    const project = seedUsers.find((user) => user.name === name)?.project ?? '';
    tokens.set(caller as Caller, await issue({ name, password: seedPassword, project }));
  }
  return tokens;
}

async function projectsOf(admin: HttpClient, root: string): Promise<Map<string, string>> {
  const { projects } = await admin.json<{ projects: { id: string; name: string }[] }>(
    'GET',
    `${root}/projects`,
    200,
  );
  return new Map(projects.map(({ id, name }) => [id, `<project ${name}>`]));
}

/** Debian's Glance behind Debian's Keystone; null when they cannot be had. */
export async function openGlance(test: Cleanup & Partial<Skippable>): Promise<Side | null> {
  const keystone = await startKeystone(test, { processes: 1 });
  if (keystone === null) return null;
  const glance = await startGlance(test, keystone);
  if (glance === null) return null;
  return {
    name: 'glance',
    url: glance.url,
    tokens: await tokensOf(keystone.signIn),
    projects: await projectsOf(await keystone.asAdministrator(), ''),
  };
}

const configuration = `
default_store: fast
stores:
  - id: fast
    driver: filesystem
    description: NVMe, for what boots every day
    options: { path: fast }
  - id: cheap
    driver: filesystem
    options: { path: cheap }
`;

/** A Stowage that signs in by itself, with the same stores. */
export async function openStowage(test: Cleanup): Promise<Side> {
  const server = await startServer(test, { config: configuration });
  const identity = `${server.url}/identity/v3`;
  const admin = httpClient(identity, { 'x-auth-token': await signIn(server) });
  const projects = new Map<string, string>();
  for (const { name, project, roles = [] } of seedUsers) {
    if (project === undefined || !Object.values(users).includes(name)) continue;
    if (!projects.has(project)) {
      const made = await admin.json<{ project: { id: string } }>('POST', '/projects', 201, {
        project: { name: project },
      });
      projects.set(project, made.project.id);
    }
    const { user } = await admin.json<{ user: { id: string } }>('POST', '/users', 201, {
      user: { name, password: seedPassword },
    });
    for (const role of roles.filter((each) => ['admin', 'member', 'reader'].includes(each))) {
      await admin.send('PUT', `/projects/${projects.get(project)}/users/${user.id}/roles/${role}`);
    }
  }
  return {
    name: 'stowage',
    url: `${server.url}/image`,
    tokens: await tokensOf((user) => issueToken(identity, user ?? {})),
    projects: await projectsOf(admin, ''),
  };
}
