/** Staging, importing, tasks, members and the rest of what a cloud's programs ask of the Images API, over HTTP. */
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import { startServer, type TestServer } from '#e2e/support/server.ts';
import { signIn } from '#e2e/support/sign-in.ts';

interface Image {
  id: string;
  status: string;
  stores?: string;
  [key: string]: unknown;
}

interface Task {
  id: string;
  status: string;
  type: string;
  request_id: string;
  message: string;
  input: { backend: string[]; import_req: unknown; image_id: string };
}

const config = `
default_store: fast
staging_store: fast
stores:
  - { id: fast, driver: filesystem, weight: 100, options: { path: fast } }
  - { id: archive, driver: filesystem, weight: 10, options: { path: archive } }
  - { id: small, driver: filesystem, quota_gib: 0.0001, options: { path: small } }
  - { id: sealed, driver: filesystem, mode: read-only, options: { path: sealed } }
show: { direct_url: true, locations: true }
`;

const cleanups: (() => unknown)[] = [];
let server: TestServer;
let admin: HttpClient;
let maria: HttpClient;
let mariaToken: string;
let beta: HttpClient;
let betaProject: string;

before(async () => {
  server = await startServer({ after: (cleanup) => void cleanups.push(cleanup) }, { config });
  admin = httpClient(server.url, { 'x-auth-token': await signIn(server), accept: 'application/json' });
  const person = async (name: string, project: string) => {
    const made = await admin.json<{ project: { id: string } }>('POST', '/identity/v3/projects', 201, {
      project: { name: project },
    });
    const { user } = await admin.json<{ user: { id: string } }>('POST', '/identity/v3/users', 201, {
      user: { name, password: 'pw', default_project_id: made.project.id },
    });
    await admin.send('PUT', `/identity/v3/projects/${made.project.id}/users/${user.id}/roles/member`);
    return { token: await signIn(server, { name, password: 'pw', project }), projectId: made.project.id };
  };
  mariaToken = (await person('maria', 'alpha')).token;
  maria = httpClient(server.url, { 'x-auth-token': mariaToken, accept: 'application/json' });
  const other = await person('ben', 'beta');
  betaProject = other.projectId;
  beta = httpClient(server.url, { 'x-auth-token': other.token, accept: 'application/json' });
});

after(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
});

const images = '/image/v2/images';

async function create(client: HttpClient, body: object = {}): Promise<Image> {
  return await client.json<Image>('POST', images, 201, {
    disk_format: 'raw',
    container_format: 'bare',
    ...body,
  });
}

async function send(
  client: HttpClient,
  id: string,
  where: 'stage' | 'file',
  bytes: Uint8Array,
  headers = {},
) {
  return await client.send('PUT', `${images}/${id}/${where}`, {
    body: Buffer.from(bytes),
    headers: { 'content-type': 'application/octet-stream', ...headers },
  });
}

async function startImport(client: HttpClient, id: string, body: object, status = 202): Promise<Response> {
  const answer = await client.send('POST', `${images}/${id}/import`, {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(answer.status, status, await answer.clone().text());
  return answer;
}

const show = async (client: HttpClient, id: string) =>
  await client.json<Image>('GET', `${images}/${id}`, 200);

async function tasksOf(client: HttpClient, id: string): Promise<Task[]> {
  return (await client.json<{ tasks: Task[] }>('GET', `${images}/${id}/tasks`, 200)).tasks;
}

async function endedTask(client: HttpClient, id: string): Promise<Task> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const [task] = await tasksOf(client, id);
    if (task !== undefined && task.status !== 'processing' && task.status !== 'pending') return task;
    await sleep(50);
  }
  throw new Error('the task has not ended');
}

const message = async (answer: Response) =>
  ((await answer.json()) as { error: { message: string; reason: string } }).error;

const direct = { name: 'glance-direct' };

test('an image is staged, imported and downloaded, and its task bears the id of the request', async () => {
  const { id } = await create(maria);
  const bytes = randomBytes(300_000);
  assert.equal((await send(maria, id, 'stage', bytes)).status, 204);
  const staged = await show(maria, id);
  assert.deepEqual(
    [staged.status, staged['size'], staged['checksum'], staged['os_hash_value'], staged.stores],
    ['uploading', bytes.length, null, null, undefined],
  );
  assert.equal((await maria.send('GET', `${images}/${id}/file`)).status, 204);
  assert.equal((await send(maria, id, 'stage', bytes)).status, 409);
  assert.equal((await send(maria, id, 'file', bytes)).status, 409);
  const body = { method: direct, stores: ['archive', 'fast'], all_stores_must_succeed: true };
  const answer = await startImport(maria, id, body);
  assert.equal(await answer.text(), '');
  const task = await endedTask(maria, id);
  assert.deepEqual(
    [task.status, task.type, task.request_id, task.input],
    [
      'success',
      'api_image_import',
      answer.headers.get('x-openstack-request-id'),
      { image_id: id, import_req: body, backend: ['archive', 'fast'] },
    ],
  );
  const image = await show(maria, id);
  assert.deepEqual(
    [
      image.status,
      image.stores,
      image['os_hash_value'],
      image['os_glance_failed_import'],
      image['os_glance_importing_to_stores'],
    ],
    ['active', 'fast,archive', createHash('sha512').update(bytes).digest('hex'), '', ''],
  );
  assert.match(String(image['direct_url']), new RegExp(`^file://.*/fast/${id}-[0-9a-f]+$`));
  assert.deepEqual(
    (image['locations'] as { metadata: object }[]).map(({ metadata }) => metadata),
    [{ store: 'fast' }, { store: 'archive' }],
  );
  const file = await maria.send('GET', `${images}/${id}/file?prefer=archive,fast`, {
    headers: { range: 'bytes=5-14' },
  });
  assert.deepEqual([file.status, Buffer.from(await file.arrayBuffer())], [206, bytes.subarray(5, 15)]);
  assert.equal((await maria.send('GET', `${images}/${id}/file?prefer=nowhere`)).status, 400);
});

test('an import that names no store goes to the default one, without a second copy', async () => {
  const { id } = await create(maria);
  assert.equal((await send(maria, id, 'stage', randomBytes(1000))).status, 204);
  await startImport(maria, id, { method: direct, all_stores: false, all_stores_must_succeed: false });
  assert.deepEqual([(await show(maria, id)).status, (await show(maria, id)).stores], ['active', 'fast']);
  await startImport(maria, id, { method: direct }, 409);
});

test('an import that cannot be is refused at once, and changes nothing', async () => {
  const { id } = await create(maria);
  await startImport(maria, id, { method: direct }, 409);
  const bare = await maria.json<Image>('POST', images, 201, {});
  assert.equal((await send(maria, bare.id, 'stage', randomBytes(10))).status, 204);
  assert.match(
    (await message(await startImport(maria, bare.id, { method: direct }, 409))).message,
    /'container_format' needs to be set before import/,
  );
  assert.equal((await send(maria, id, 'stage', randomBytes(1000))).status, 204);
  for (const [status, body] of [
    [409, { method: direct, stores: ['nowhere'] }],
    [409, { method: direct, stores: ['fast', 'sealed'] }],
    [409, { method: direct, stores: ['os_glance_staging_store'] }],
    [400, { method: direct, stores: 'fast' }],
    [400, { method: { name: 'web-download', uri: 'https://example.org/a.img' } }],
    [400, { method: { name: 'glance-download', glance_region: 'x', glance_image_id: randomUUID() } }],
    [400, { method: { name: 'unheard-of' } }],
    [403, { method: { name: 'copy-image' }, stores: ['archive'] }],
  ] as const) {
    await startImport(maria, id, body, status);
  }
  const off = await message(
    await startImport(maria, id, { method: { name: 'web-download', uri: 'x' } }, 400),
  );
  assert.match(off.message, /switched off/);
  assert.equal(off.reason, 'bad_request');
  assert.deepEqual(await tasksOf(maria, id), []);
  assert.equal((await show(maria, id)).status, 'uploading');
  await startImport(maria, id, { method: direct });
});

test('what fails on import can be imported elsewhere, and the task says why', async () => {
  const { id } = await create(maria);
  assert.equal((await send(maria, id, 'stage', randomBytes(200_000))).status, 204);
  const full = await message(await startImport(maria, id, { method: direct, stores: ['small'] }, 413));
  assert.match(full.message, /small/);
  assert.equal((await show(maria, id)).status, 'uploading');
  await startImport(maria, id, { method: direct, stores: ['archive'] });
  assert.equal((await endedTask(maria, id)).status, 'success');
  assert.equal((await show(maria, id)).stores, 'archive');
});

test('bytes that are not what the image says are refused when they are staged', async () => {
  const { id } = await create(maria, { disk_format: 'qcow2' });
  assert.equal((await send(maria, id, 'stage', randomBytes(1000))).status, 415);
  assert.equal((await show(maria, id)).status, 'queued');
  assert.equal(
    (await send(maria, id, 'stage', randomBytes(10), { 'content-type': 'text/plain' })).status,
    415,
  );
  assert.equal((await send(beta, id, 'stage', randomBytes(10))).status, 404);
});

test('a client that hangs up while it stages leaves a queued image', async () => {
  const { id } = await create(maria);
  await new Promise<void>((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => {
      socket.write(
        `PUT ${images}/${id}/stage HTTP/1.1\r\nhost: x\r\nx-auth-token: ${mariaToken}\r\n` +
          'content-type: application/octet-stream\r\ncontent-length: 1000000\r\n\r\n',
      );
      socket.write(randomBytes(100_000));
      setTimeout(() => socket.destroy(), 300);
    });
    socket.on('close', () => resolve());
  });
  for (let attempt = 0; (await show(maria, id)).status !== 'queued'; attempt += 1) {
    assert.ok(attempt < 100, 'it is still not queued');
    await sleep(50);
  }
  assert.equal((await send(maria, id, 'stage', randomBytes(1000))).status, 204);
});

test('copies by import have tasks, which only administrators list', async () => {
  const { id } = await create(admin);
  assert.equal((await send(admin, id, 'file', randomBytes(1000))).status, 204);
  const copy = { method: { name: 'copy-image' } };
  await startImport(admin, id, { ...copy, stores: ['sealed'] }, 409);
  const answer = await startImport(admin, id, { ...copy, all_stores: true });
  const { id: taskId } = await endedTask(admin, id);
  assert.equal((await show(admin, id)).stores, 'fast,archive,small');
  await startImport(admin, id, { ...copy, all_stores: true });
  assert.equal((await tasksOf(admin, id)).length, 1, 'nothing was left to do');

  const task = await admin.json<Task & { self: string; schema: string; expires_at: string }>(
    'GET',
    `/image/v2/tasks/${taskId}`,
    200,
  );
  assert.equal(task.request_id, answer.headers.get('x-openstack-request-id'));
  assert.deepEqual([task.self, task.schema], [`/v2/tasks/${taskId}`, '/v2/schemas/task']);
  assert.match(task.expires_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const list = await admin.json<{ tasks: Task[]; first: string; next?: string }>(
    'GET',
    '/image/v2/tasks?limit=1&status=success&sort_key=created_at&sort_dir=asc',
    200,
  );
  assert.equal(list.tasks.length, 1);
  assert.equal(list.tasks[0]?.input, undefined);
  const next = await admin.json<{ tasks: Task[] }>('GET', `/image${list.next}`, 200);
  assert.notEqual(next.tasks[0]?.id, list.tasks[0]?.id);
  for (const query of ['status=odd', 'type=odd', 'limit=-1', 'marker=x', 'sort_dir=up', 'sort_key=odd']) {
    assert.equal((await admin.send('GET', `/image/v2/tasks?${query}`)).status, 400, query);
  }
  assert.equal((await maria.send('GET', '/image/v2/tasks')).status, 403);
  assert.equal((await maria.send('GET', `/image/v2/tasks/${taskId}`)).status, 403);
  assert.equal((await admin.send('GET', `/image/v2/tasks/${randomUUID()}`)).status, 404);
  const gone = await admin.send('DELETE', `/image/v2/tasks/${taskId}`);
  assert.deepEqual([gone.status, gone.headers.get('allow')], [405, 'GET']);
  assert.equal((await maria.send('GET', `${images}/${id}/tasks`)).status, 404);
});

test('a task of the old kind is taken, fails at once and says what to do', async () => {
  const body = { type: 'import', input: { import_from: 'https://example.org/a', import_from_format: 'raw' } };
  const answer = await admin.send('POST', '/image/v2/tasks', {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(answer.status, 201);
  const { id, status } = (await answer.json()) as Task;
  assert.deepEqual([status, answer.headers.get('location')], ['pending', `/v2/tasks/${id}`]);
  const task = await admin.json<Task>('GET', `/image/v2/tasks/${id}`, 200);
  assert.equal(task.status, 'failure');
  assert.match(task.message, /does not fetch/);
  await admin.json('POST', '/image/v2/tasks', 400, { type: 'import' });
  await admin.json('POST', '/image/v2/tasks', 400, { type: 'odd', input: {} });
  await maria.json('POST', '/image/v2/tasks', 403, body);
});

test('an image is shared, accepted, rejected and taken back', async () => {
  const { id } = await create(maria);
  const members = `${images}/${id}/members`;
  interface Member {
    member_id: string;
    status: string;
    schema: string;
  }
  assert.equal((await beta.send('GET', `${images}/${id}`)).status, 404);
  const member = await maria.json<Member>('POST', members, 200, { member: betaProject });
  assert.deepEqual(
    [member.member_id, member.status, member.schema],
    [betaProject, 'pending', '/v2/schemas/member'],
  );
  await maria.json('POST', members, 409, { member: betaProject });
  for (const wrong of [{}, { member: '' }, { member: 3 }, ['x']])
    await maria.json('POST', members, 400, wrong);
  await beta.json('POST', members, 403, { member: 'gamma' });
  await maria.json('POST', members, 200, { member: 'gamma' });

  const lists = async (query: string) =>
    (await beta.json<{ images: Image[] }>('GET', `${images}?${query}`, 200)).images.some(
      (each) => each.id === id,
    );
  assert.equal((await beta.send('GET', `${images}/${id}`)).status, 200);
  assert.deepEqual(
    [
      await lists(''),
      await lists('visibility=shared&member_status=pending'),
      await lists('member_status=all'),
    ],
    [false, true, true],
  );
  const seen = await beta.json<{ members: Member[] }>('GET', members, 200);
  assert.deepEqual(
    seen.members.map((each) => each.member_id),
    [betaProject],
  );
  assert.equal((await beta.send('GET', `${members}/gamma`)).status, 404);
  await beta.json('PUT', `${members}/gamma`, 404, { status: 'accepted' });
  await maria.json('PUT', `${members}/${betaProject}`, 403, { status: 'accepted' });
  await beta.json('PUT', `${members}/${betaProject}`, 400, { status: 'maybe' });
  await beta.json('PUT', `${members}/${betaProject}`, 400, {});
  const accepted = await beta.json<Member>('PUT', `${members}/${betaProject}`, 200, { status: 'accepted' });
  assert.equal(accepted.status, 'accepted');
  assert.equal(await lists(''), true);
  assert.equal((await maria.json<Member>('GET', `${members}/${betaProject}`, 200)).status, 'accepted');
  await beta.json('PUT', `${members}/${betaProject}`, 200, { status: 'rejected' });
  assert.equal(await lists(''), false);

  assert.equal((await beta.send('DELETE', `${members}/${betaProject}`)).status, 403);
  assert.equal((await maria.send('DELETE', `${members}/${betaProject}`)).status, 204);
  assert.equal((await maria.send('DELETE', `${members}/${betaProject}`)).status, 404);
  assert.equal((await beta.send('GET', `${images}/${id}`)).status, 404);
  const own = await create(maria, { visibility: 'private' });
  await maria.json('POST', `${images}/${own.id}/members`, 403, { member: 'beta' });
  assert.equal((await maria.send('GET', `${images}/${own.id}/members`)).status, 403);
  assert.equal((await maria.send('GET', `${images}/${own.id}/members/beta`)).status, 404);
});

test('an image is taken out of service and put back', async () => {
  const { id } = await create(maria);
  const action = async (client: HttpClient, name: string) =>
    (await client.send('POST', `${images}/${id}/actions/${name}`)).status;
  assert.equal(await action(maria, 'deactivate'), 403);
  assert.equal((await send(maria, id, 'file', randomBytes(1000))).status, 204);
  assert.equal(await action(beta, 'deactivate'), 404);
  assert.deepEqual([await action(maria, 'deactivate'), await action(maria, 'deactivate')], [204, 204]);
  assert.equal((await show(maria, id)).status, 'deactivated');
  const refused = await maria.send('GET', `${images}/${id}/file`);
  assert.equal(refused.status, 403);
  assert.match((await message(refused)).message, /has been deactivated/);
  assert.equal((await admin.send('GET', `${images}/${id}/file`)).status, 200);
  assert.deepEqual([await action(maria, 'reactivate'), await action(maria, 'reactivate')], [204, 204]);
  assert.equal((await maria.send('GET', `${images}/${id}/file`)).status, 200);
});

test('what is not here says so: the cache, usage without limits, other methods', async () => {
  for (const [method, call] of [
    ['GET', 'cache'],
    ['DELETE', 'cache'],
    ['PUT', `cache/${randomUUID()}`],
    ['DELETE', `cache/${randomUUID()}`],
    ['POST', 'cache/clean'],
    ['POST', 'cache/prune'],
    ['GET', `cache/nodes/${randomUUID()}`],
  ] as const) {
    assert.equal((await admin.send(method, `/image/v2/${call}`)).status, 404, call);
    assert.equal((await maria.send(method, `/image/v2/${call}`)).status, 403, call);
  }
  assert.equal((await admin.send('GET', `/image/v2/info/usage`)).status, 200);
  const { id } = await create(maria);
  const wrong = await maria.send('GET', `${images}/${id}/stage`);
  assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'PUT']);
  for (const name of ['image', 'images', 'member', 'members', 'task', 'tasks']) {
    const schema = await maria.json<{ name: string }>('GET', `/image/v2/schemas/${name}`, 200);
    assert.equal(schema.name, name);
  }
});

test('an object that lies in a store is made an image, where only services and administrators may', async () => {
  const bytes = randomBytes(50_000);
  const lay = async () => {
    const file = path.join(server.directory, 'archive', `laid-${randomUUID()}`);
    await writeFile(file, bytes);
    return `file://${file}`;
  };
  const sha512 = createHash('sha512').update(bytes).digest('hex');
  const proof = (value: string) => ({ validation_data: { os_hash_algo: 'sha512', os_hash_value: value } });
  const { id } = await create(admin);
  const locations = `${images}/${id}/locations`;
  const url = await lay();
  for (const [status, body] of [
    [400, {}],
    [400, { url: 'file' }],
    [400, { url: 'file:///etc/passwd' }],
    [409, { url, validation_data: { os_hash_algo: 'md5', os_hash_value: 'ab' } }],
    [409, { url, ...proof('ab') }],
    [409, { url, ...proof('xy'.repeat(64)) }],
  ] as const) {
    await admin.json('POST', locations, status, body);
  }
  await maria.json('POST', `${images}/${(await create(maria)).id}/locations`, 403, { url });
  await beta.json('POST', locations, 404, { url });
  const answer = await admin.send('POST', locations, {
    body: JSON.stringify({ url, ...proof(sha512) }),
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(answer.status, 202);
  const task = await endedTask(admin, id);
  assert.deepEqual([task.status, task.request_id], ['success', answer.headers.get('x-openstack-request-id')]);
  const image = await show(admin, id);
  assert.deepEqual([image.status, image.stores, image['os_hash_value']], ['active', 'archive', sha512]);
  const list = await admin.json<unknown>('GET', locations, 200);
  assert.deepEqual(list, [{ url, metadata: { store: 'archive' } }]);
  const file = await admin.send('GET', `${images}/${id}/file`);
  assert.ok(Buffer.from(await file.arrayBuffer()).equals(bytes));
  await admin.json('POST', locations, 409, { url });
  const own = await create(maria);
  assert.equal((await maria.send('GET', `${images}/${own.id}/locations`)).status, 403);

  const old = await create(admin);
  const patch = async (change: object) =>
    await admin.send('PATCH', `${images}/${old.id}`, {
      body: JSON.stringify([change]),
      headers: { 'content-type': 'application/openstack-images-v2.1-json-patch' },
    });
  const added = await patch({ op: 'add', path: '/locations/-', value: { url: await lay(), metadata: {} } });
  assert.equal(added.status, 200, await added.clone().text());
  assert.equal(((await added.json()) as Image).status, 'active');
  assert.equal((await patch({ op: 'remove', path: '/locations/0' })).status, 403);
  assert.equal((await patch({ op: 'replace', path: '/locations', value: [] })).status, 400);
});
