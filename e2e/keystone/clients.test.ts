/** The `openstack` command signs in with a password, a token and an application credential, in both identity modes. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { openCommandServer } from '#e2e/openstack/command-server.ts';
import { startKeystone } from '#e2e/servers/keystone.ts';
import { seedPassword } from '#e2e/servers/keystone-seed.ts';
import { programEnvironment } from '#e2e/servers/program.ts';
import { requireDebian } from '#e2e/support/debian.ts';
import { httpClient } from '#e2e/support/http.ts';
import { adminPassword, startServer, type TestServer } from '#e2e/support/server.ts';
import { temporaryDirectory } from '#e2e/support/temporary-directory.ts';
import { keystoneConfig } from './stowage.ts';

interface Person {
  readonly authUrl: string;
  readonly user: string;
  readonly password: string;
  readonly project: string;
}

test('clouds.yaml signs in to a Stowage of its own users', async (t) => {
  if (!(await requireDebian(['python3-openstackclient'], t)).ok) return;
  const server = await startServer(t);
  const authUrl = `${server.url}/identity/v3`;
  const person = { authUrl, user: 'admin', password: adminPassword, project: 'admin' };
  const openstack = await signsInEveryWay(t, server, person);
  await openstack('password', 'project', 'create', '--description', 'Of the lab', 'lab');
  await openstack('password', 'user', 'create', '--project', 'lab', '--password', 'first', 'maria');
  await openstack('password', 'role', 'add', '--user', 'maria', '--project', 'lab', 'member');
  const shown = await openstack(
    'password',
    'role',
    'assignment',
    'list',
    '--names',
    '--user',
    'maria',
    '-f',
    'value',
  );
  assert.match(shown, /member maria@Default\s+lab@Default/);
  await openstack('password', 'user', 'set', '--disable', 'maria');
  const disabled = JSON.parse(await openstack('password', 'user', 'show', 'maria', '-f', 'json')) as object;
  assert.equal((disabled as { enabled: boolean }).enabled, false);
  await openstack('password', 'user', 'delete', 'maria');
  await openstack('password', 'project', 'delete', 'lab');
  assert.equal((await openstack('password', 'project', 'list', '-f', 'value', '-c', 'Name')).trim(), 'admin');
});

test('clouds.yaml signs in to a Stowage whose users Keystone keeps', async (t) => {
  if (!(await requireDebian(['python3-openstackclient'], t)).ok) return;
  const keystone = await startKeystone(t);
  if (keystone === null) return;
  const server = await startServer(t, { config: keystoneConfig(keystone) });
  await keystone.setEndpoint('image', 'glance', `${server.url}/image`);
  await signsInEveryWay(t, server, {
    authUrl: keystone.url,
    user: 'alpha-member',
    password: seedPassword,
    project: 'alpha',
  });
});

async function signsInEveryWay(
  t: TestContext,
  server: Pick<TestServer, 'url'>,
  person: Person,
): Promise<Client> {
  const directory = temporaryDirectory(t);
  const openstack = openClient(t, directory, person);
  const list = ['image', 'list', '-f', 'value', '-c', 'ID'];
  const token = (await openstack('password', 'token', 'issue', '-f', 'value', '-c', 'id')).trim();
  // Made by hand: the command would take a standard input that is no terminal for the image's data.
  const { id } = await httpClient(server.url, { 'x-auth-token': token }).json<{ id: string }>(
    'POST',
    '/image/v2/images',
    201,
    { name: 'disk' },
  );
  writeClouds(directory, person, { token });
  assert.equal((await openstack('token', ...list)).trim(), id);

  const credential = JSON.parse(
    await openstack(
      'password',
      'application',
      'credential',
      'create',
      '--role',
      'reader',
      '-f',
      'json',
      'laptop',
    ),
  ) as { id: string; secret: string };
  writeClouds(directory, person, { credential });
  assert.equal((await openstack('credential', ...list)).trim(), id);
  await assert.rejects(
    openstack('credential', 'image', 'delete', id),
    /403|Forbidden|not (allowed|permitted)|may not/i,
  );
  await openstack('password', 'application', 'credential', 'delete', 'laptop');
  // Keystone says 404 for a credential that is gone, Stowage the same 401 as for a wrong secret.
  await assert.rejects(openstack('credential', ...list), /HTTP 40[14]/);
  return openstack;
}

type Client = (cloud: 'password' | 'token' | 'credential', ...words: string[]) => Promise<string>;

/** Runs `openstack --os-cloud <cloud> …` where clouds.yaml is. */
function openClient(t: TestContext, directory: string, person: Person): Client {
  writeClouds(directory, person, {});
  const commands = openCommandServer(t, directory, ['openstack']);
  const env = { ...programEnvironment(), HOME: directory };
  return async (cloud, ...words) => {
    const args = ['--os-cloud', cloud, ...words];
    const { code, stdout, stderr } = await commands.run('openstack', args, env);
    if (code !== 0) throw new Error(`openstack ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  };
}

function writeClouds(
  directory: string,
  { authUrl, user, password, project }: Person,
  {
    token = 'none',
    credential = { id: 'none', secret: 'none' },
  }: {
    token?: string;
    credential?: { id: string; secret: string };
  },
): void {
  const common = `    region_name: RegionOne\n    identity_api_version: 3\n`;
  const scope = `      project_name: ${project}\n      project_domain_name: Default\n`;
  writeFileSync(
    path.join(directory, 'clouds.yaml'),
    `clouds:
  password:
${common}    auth:
      auth_url: ${authUrl}
      username: ${user}
      password: ${password}
      user_domain_name: Default
${scope}  token:
${common}    auth_type: v3token
    auth:
      auth_url: ${authUrl}
      token: ${token}
${scope}  credential:
${common}    auth_type: v3applicationcredential
    auth:
      auth_url: ${authUrl}
      application_credential_id: ${credential.id}
      application_credential_secret: ${credential.secret}
`,
  );
}
