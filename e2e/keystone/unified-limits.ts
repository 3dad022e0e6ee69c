/** Keystone's unified limits: registered and set by others, enforced and shown by Stowage. */
import assert from 'node:assert/strict';
import { pino } from 'pino';
import { limitNames, type LimitName } from '#lib/contract/quotas.ts';
import { MiB } from '#lib/contract/limits.ts';
import { openKeystone } from '#lib/keystone/keystone.ts';
import type { TestKeystone } from '#e2e/servers/keystone.ts';
import { seedPassword } from '#e2e/servers/keystone-seed.ts';
import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import type { TestServer } from '#e2e/support/server.ts';

type Limits = Partial<Record<LimitName, number>>;

/** Sizes in MiB, as Glance's installation guide registers them. */
const registered = {
  image_size_total: 2,
  image_stage_total: 1,
  image_count_total: 5,
  image_count_uploading: 2,
};

/** The service user of Stowage has no role on the system when it begins. Projects that nobody has asked about yet. */
export async function tryUnifiedLimits(keystone: TestKeystone, server: TestServer): Promise<void> {
  const admin = await keystone.asAdministrator();
  await keystone.setEndpoint('image', 'stowage', `${server.url}/image`);
  // Another service has limits of the same names; they are none of Stowage's.
  await keystone.setEndpoint('other', 'other', `${server.url}/other`);
  await register(keystone, 'image', registered);
  await register(keystone, 'other', { image_count_total: 0 });
  const one = await openProject(keystone, server, admin, 'limited-one');
  await limitProject(keystone, one.projectId, { image_size_total: 1 });
  await tryRegistered(one);
  assert.match(server.output(), /registered limits only: the service user needs the role reader/);

  await mayReadSystem(admin, 'stowage');
  const other = await openProject(keystone, server, admin, 'limited-other');
  await limitProject(keystone, other.projectId, { image_size_total: -1, image_count_uploading: 1 });
  await tryOfProject(other);
  await tryAsServiceOnly(keystone, admin, one.projectId);
}

async function tryRegistered({ client, usage, create, refused, fill }: Project): Promise<void> {
  assert.deepEqual(await usage(), { size: [0, 2], stage: [0, 1], count: [0, 5], uploading: [0, 2] });
  const [first, second, third] = [await create(), await create(), await create()];
  for (const id of [first, second]) assert.equal((await fill(id, 'file', MiB)).status, 204);
  assert.deepEqual(await usage(), { size: [2, 2], stage: [0, 1], count: [3, 5], uploading: [0, 2] });
  await refused(
    fill(third, 'file', 1),
    `image_size_total: ${2 * MiB} of ${2 * MiB} bytes are used, and 1 more`,
  );

  assert.equal((await fill(third, 'stage', MiB)).status, 204);
  assert.deepEqual(await usage(), { size: [2, 2], stage: [1, 1], count: [3, 5], uploading: [1, 2] });
  const [fourth] = [await create(), await create()];
  await refused(fill(fourth, 'stage', 1), `image_stage_total: ${MiB} of ${MiB} bytes are used, and 1 more`);
  await refused(createImage(client), 'image_count_total: 5 of 5 are used, and 1 more');

  const startImport = () => sendJson(client, `/${third}/import`, { method: { name: 'glance-direct' } });
  await refused(startImport(), `image_size_total: ${2 * MiB} of ${2 * MiB} bytes are used, and ${MiB} more`);
  assert.equal((await client.send('DELETE', `/image/v2/images/${first}`)).status, 204);
  assert.equal((await startImport()).status, 202);
  assert.deepEqual(await usage(), { size: [2, 2], stage: [0, 1], count: [4, 5], uploading: [0, 2] });
}

/** What is set for the project goes before what is registered, and -1 before stowage.yaml. */
async function tryOfProject({ usage, create, refused, fill }: Project): Promise<void> {
  assert.deepEqual(await usage(), { size: [0, -1], stage: [0, 1], count: [0, 5], uploading: [0, 1] });
  const [waiting, other] = [await create(), await create()];
  assert.equal((await fill(waiting, 'stage', 1)).status, 204);
  await refused(fill(other, 'file', 1), 'image_count_uploading: 1 of 1 are used, and 1 more');
  assert.deepEqual(await usage(), { size: [0, -1], stage: [1, 1], count: [2, 5], uploading: [1, 1] });
}

/** A service user that may not list services, and what it believes for how long. */
async function tryAsServiceOnly(keystone: TestKeystone, admin: HttpClient, projectId: string): Promise<void> {
  await makeUser(admin, 'service-only', 'service', 'service');
  let clock = Date.now();
  const opened = openKeystone(
    {
      authUrl: keystone.url,
      publicUrl: keystone.url,
      credentials: {
        kind: 'password',
        username: 'service-only',
        password: seedPassword,
        userDomain: 'Default',
        project: 'service',
        projectDomain: 'Default',
      },
      region: 'RegionOne',
      ca: null,
      serviceTokenRoles: [],
      cacheSeconds: 1,
    },
    { log: pino({ level: 'silent' }), now: () => clock },
  );
  try {
    const seen = async () => {
      const limits = await opened.limitsOf(projectId);
      return limitNames.map((name) => limits.get(name));
    };
    assert.deepEqual(await seen(), [2, 1, 5, 2]);
    await mayReadSystem(admin, 'service-only');
    clock += 59_000;
    assert.deepEqual(await seen(), [2, 1, 5, 2]);
    clock += 2_000;
    assert.deepEqual(await seen(), [1, 1, 5, 2]);
  } finally {
    await opened.close();
  }
}

type Project = Awaited<ReturnType<typeof openProject>>;

/** A new project, and what its only member does there. */
async function openProject(keystone: TestKeystone, server: TestServer, admin: HttpClient, name: string) {
  const { project } = await admin.json<{ project: { id: string } }>('POST', '/projects', 201, {
    project: { name, domain_id: 'default' },
  });
  await makeUser(admin, name, name, 'member');
  const token = await keystone.signIn({ name, password: seedPassword, project: name });
  const client = httpClient(server.url, { 'x-auth-token': token, accept: 'application/json' });
  return {
    projectId: project.id,
    client,
    create: async () => {
      const answer = await createImage(client);
      assert.equal(answer.status, 201);
      return ((await answer.json()) as { id: string }).id;
    },
    fill: (id: string, how: 'file' | 'stage', sizeBytes: number) =>
      client.send('PUT', `/image/v2/images/${id}/${how}`, {
        body: Buffer.alloc(sizeBytes),
        headers: { 'content-type': 'application/octet-stream' },
      }),
    refused: async (answer: Promise<Response>, words: string) => {
      const { status } = await answer;
      const text = await (await answer).text();
      assert.equal(status, 413, text);
      assert.ok(text.includes(`The project is over its limit ${words}`), text);
    },
    /** As `GET /v2/info/usage` shows it: what is used and the limit. */
    usage: async () => {
      const shown = await client.json<{ usage: Record<LimitName, { usage: number; limit: number }> }>(
        'GET',
        '/image/v2/info/usage',
        200,
      );
      const pair = (of: LimitName) => [shown.usage[of].usage, shown.usage[of].limit];
      return {
        size: pair('image_size_total'),
        stage: pair('image_stage_total'),
        count: pair('image_count_total'),
        uploading: pair('image_count_uploading'),
      };
    },
  };
}

function createImage(client: HttpClient): Promise<Response> {
  return sendJson(client, '', { name: 'limited', disk_format: 'raw', container_format: 'bare' });
}

function sendJson(client: HttpClient, path: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return client.send('POST', `/image/v2/images${path}`, { body: JSON.stringify(body), headers });
}

/** As the service user of an image service does it. */
async function register(keystone: TestKeystone, type: string, limits: Limits): Promise<void> {
  const client = await asServiceUser(keystone);
  const base = { service_id: await serviceOf(client, type), region_id: 'RegionOne' };
  await client.json('POST', '/registered_limits', 201, {
    registered_limits: Object.entries(limits).map(([resource_name, default_limit]) => ({
      ...base,
      resource_name,
      default_limit,
    })),
  });
}

async function limitProject(keystone: TestKeystone, projectId: string, limits: Limits): Promise<void> {
  const client = await asServiceUser(keystone);
  const base = {
    service_id: await serviceOf(client, 'image'),
    region_id: 'RegionOne',
    project_id: projectId,
  };
  await client.json('POST', '/limits', 201, {
    limits: Object.entries(limits).map(([resource_name, resource_limit]) => ({
      ...base,
      resource_name,
      resource_limit,
    })),
  });
}

async function asServiceUser(keystone: TestKeystone): Promise<HttpClient> {
  const token = await keystone.signIn({ name: 'glance', password: seedPassword, project: 'service' });
  return httpClient(keystone.url, { 'x-auth-token': token });
}

async function serviceOf(client: HttpClient, type: string): Promise<string> {
  const { services } = await client.json<{ services: { id: string }[] }>(
    'GET',
    `/services?type=${type}`,
    200,
  );
  return services[0]?.id ?? '';
}

async function makeUser(admin: HttpClient, name: string, project: string, role: string): Promise<void> {
  const { user } = await admin.json<{ user: { id: string } }>('POST', '/users', 201, {
    user: { name, password: seedPassword, domain_id: 'default' },
  });
  const [projectId, roleId] = [await idOf(admin, 'project', project), await idOf(admin, 'role', role)];
  await admin.json('PUT', `/projects/${projectId}/users/${user.id}/roles/${roleId}`, 204);
}

async function mayReadSystem(admin: HttpClient, user: string): Promise<void> {
  const [userId, roleId] = [await idOf(admin, 'user', user), await idOf(admin, 'role', 'reader')];
  await admin.json('PUT', `/system/users/${userId}/roles/${roleId}`, 204);
}

export async function idOf(
  admin: HttpClient,
  noun: 'user' | 'project' | 'role',
  name: string,
): Promise<string> {
  const found = await admin.json<Record<string, { id: string }[]>>('GET', `/${noun}s?name=${name}`, 200);
  const id = found[`${noun}s`]?.[0]?.id;
  assert.ok(id, `there is no ${noun} ${name}`);
  return id;
}
