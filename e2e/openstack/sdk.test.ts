/** Programs with client libraries of Debian's: openstacksdk in Python, gophercloud in Go; in both modes of identity. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { keystoneConfig } from '#e2e/keystone/stowage.ts';
import { keystoneAdminPassword, startKeystone } from '#e2e/servers/keystone.ts';
import { seedPassword } from '#e2e/servers/keystone-seed.ts';
import { programEnvironment } from '#e2e/servers/program.ts';
import { requireDebian } from '#e2e/support/debian.ts';
import { httpClient } from '#e2e/support/http.ts';
import { adminPassword, root, startServer } from '#e2e/support/server.ts';
import { signIn } from '#e2e/support/sign-in.ts';
import { temporaryDirectory } from '#e2e/support/temporary-directory.ts';

const execute = promisify(execFile);
const packages = ['python3-openstacksdk', 'golang-go', 'golang-github-gophercloud-gophercloud-dev'];

const stores = `
default_store: fast
stores:
  - { id: fast, driver: filesystem, options: { path: fast } }
  - { id: cheap, driver: filesystem, options: { path: cheap } }
`;

interface User {
  readonly name: string;
  readonly password: string;
  readonly project: string;
}

/** A Stowage to sign in to: with an administrator, and somebody of another project. */
interface Cloud {
  readonly authUrl: string;
  readonly owner: User;
  readonly other: User;
}

async function openStandalone(context: TestContext): Promise<Cloud> {
  const server = await startServer(context, { config: stores });
  const authUrl = `${server.url}/identity/v3`;
  const identity = httpClient(authUrl, { 'x-auth-token': await signIn(server) });
  const { project } = await identity.json<{ project: { id: string } }>('POST', '/projects', 201, {
    project: { name: 'other' },
  });
  const { user } = await identity.json<{ user: { id: string } }>('POST', '/users', 201, {
    user: { name: 'olga', password: 'pw' },
  });
  await identity.send('PUT', `/projects/${project.id}/users/${user.id}/roles/member`);
  return {
    authUrl,
    owner: { name: 'admin', password: adminPassword, project: 'admin' },
    other: { name: 'olga', password: 'pw', project: 'other' },
  };
}

async function openWithKeystone(context: TestContext): Promise<Cloud | null> {
  const keystone = await startKeystone(context);
  if (keystone === null) return null;
  const server = await startServer(context, { config: keystoneConfig(keystone, stores) });
  await keystone.setEndpoint('image', 'stowage', `${server.url}/image`);
  return {
    authUrl: keystone.url,
    owner: { name: 'admin', password: keystoneAdminPassword, project: 'admin' },
    other: { name: 'beta-member', password: seedPassword, project: 'beta' },
  };
}

function toCloudsYaml({ authUrl, owner, other }: Cloud): string {
  const entries = Object.entries({ owner, other }).map(
    ([cloud, { name, password, project }]) => `
  ${cloud}:
    auth:
      auth_url: ${authUrl}
      username: ${name}
      password: ${password}
      project_name: ${project}
      user_domain_name: Default
      project_domain_name: Default
    region_name: RegionOne
    identity_api_version: 3`,
  );
  return `clouds:${entries.join('')}\n`;
}

/** Uploads, downloads with its hash, imports, shares and deletes. */
async function runSdk(context: TestContext, cloud: Cloud): Promise<void> {
  const directory = temporaryDirectory(context);
  const file = path.join(directory, 'clouds.yaml');
  writeFileSync(file, toCloudsYaml(cloud));
  const script = path.join(root, 'e2e/openstack/sdk.py');
  const env = { ...programEnvironment(), OS_CLIENT_CONFIG_FILE: file };
  const { stdout } = await execute('/usr/bin/python3', [script, directory], { env, timeout: 120_000 });
  assert.match(stdout, /everything was as it should be/);
}

const directoryOfFile = temporaryDirectory({ after });
let building: Promise<string> | undefined;

/** Built once: it takes longer than all that it then does. */
function goProgram(): Promise<string> {
  building ??= buildGoProgram(directoryOfFile);
  return building;
}

async function buildGoProgram(directory: string): Promise<string> {
  // Debian's libraries are sources under GOPATH; nothing is fetched.
  const env = {
    ...programEnvironment(),
    GO111MODULE: 'off',
    GOPATH: '/usr/share/gocode',
    GOFLAGS: '',
    GOCACHE: path.join(directory, 'cache'),
  };
  const program = path.join(directory, 'terraform');
  const source = path.join(root, 'e2e/openstack/terraform/main.go');
  await execute('/usr/bin/go', ['build', '-o', program, source], { env, cwd: directory, timeout: 240_000 });
  return program;
}

/** What Terraform does with an image. */
async function runGoProgram(program: string, { authUrl, owner }: Cloud): Promise<void> {
  const env = {
    ...programEnvironment(),
    OS_AUTH_URL: authUrl,
    OS_USERNAME: owner.name,
    OS_PASSWORD: owner.password,
    OS_PROJECT_NAME: owner.project,
    OS_DOMAIN_NAME: 'Default',
    OS_REGION_NAME: 'RegionOne',
  };
  const { stdout } = await execute(program, [], { env, timeout: 120_000 });
  assert.match(stdout, /everything was as it should be/);
}

for (const [title, open] of [
  ['which signs in by itself', openStandalone],
  ['whose users Keystone keeps', openWithKeystone],
] as const) {
  test(`openstacksdk and gophercloud work with a Stowage ${title}`, async (context) => {
    if (!(await requireDebian(packages, context)).ok) return;
    const cloud = await open(context);
    if (cloud === null) return;
    await runSdk(context, cloud);
    await runGoProgram(await goProgram(), cloud);
  });
}
