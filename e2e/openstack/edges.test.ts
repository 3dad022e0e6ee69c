/** What suites and programs of others try at the edges of the Images API and of sign-in. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import { startServer, type TestServer } from '#e2e/support/server.ts';
import { signIn } from '#e2e/support/sign-in.ts';

const cleanups: (() => unknown)[] = [];
let server: TestServer;
let admin: HttpClient;
let token: string;

before(async () => {
  server = await startServer({ after: (cleanup) => void cleanups.push(cleanup) });
  token = await signIn(server);
  admin = httpClient(server.url, { 'x-auth-token': token, accept: 'application/json' });
});

after(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
});

const images = '/image/v2/images';
const formats = { disk_format: 'raw', container_format: 'bare' };

/** Methods and paths as they are: fetch refuses some and tidies others. */
async function raw(method: string, path: string) {
  return await new Promise<{ status: number | undefined; allow: string | undefined }>((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    request({ hostname, port, method, path, headers: { 'x-auth-token': token } }, (answer) => {
      answer.resume().on('end', () => resolve({ status: answer.statusCode, allow: answer.headers.allow }));
    })
      .on('error', reject)
      .end();
  });
}

test('balancers find the service alive in the ways in which they ask Glance', async () => {
  assert.equal((await raw('OPTIONS', '/image/')).status, 200);
  assert.deepEqual(await raw('OPTIONS', images), { status: 200, allow: 'GET, POST' });
  assert.equal((await raw('HEAD', '/image/')).status, 300);
  assert.equal((await raw('HEAD', '/image/versions')).status, 200);
  const healthy = await httpClient(server.url).send('GET', '/image/healthcheck');
  assert.deepEqual([healthy.status, await healthy.text()], [200, 'OK']);
});

test('a method that nothing answers is 405, and an endpoint may end with a slash', async () => {
  for (const method of ['TRACE', 'PROPFIND']) {
    const { status, allow } = await raw(method, images);
    assert.equal(status, 405, method);
    assert.match(allow ?? '', /GET, HEAD, POST/);
  }
  assert.equal((await raw('GET', '/image//v2/images')).status, 200);
  assert.equal((await raw('GET', '/identity/v3//projects')).status, 200);
});

test('a body without a type, or with the one that curl gives it, is taken for JSON; bytes that are no text are not', async () => {
  const post = (type: string, body: BodyInit) =>
    admin.send('POST', images, { body, ...(type !== '' && { headers: { 'content-type': type } }) });
  for (const type of ['', 'application/x-www-form-urlencoded']) {
    assert.equal((await post(type, Buffer.from('{"name":"by curl"}'))).status, 201, type);
  }
  assert.equal((await post('text/xml', '{}')).status, 415);
  const broken = await post('application/json', Buffer.from('{"name":"\xe9"}', 'latin1'));
  assert.equal(broken.status, 400);
  assert.match(await broken.text(), /not UTF-8/);
});

test('properties that the schema describes are held to it, and null is the same as none', async () => {
  const create = (body: object) =>
    admin.send('POST', images, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  for (const wrong of [{ kernel_id: 'x' }, { cinder_encryption_key_deletion_policy: 'perhaps' }]) {
    assert.equal((await create(wrong)).status, 400, JSON.stringify(wrong));
  }
  const kernel = '00000000-0000-4000-8000-000000000001';
  const answer = await create({ kernel_id: kernel, ramdisk_id: null });
  assert.equal(answer.status, 201);
  const image = (await answer.json()) as { id: string; kernel_id?: string };
  assert.equal(image.kernel_id, kernel);
  assert.ok(!('ramdisk_id' in image));
  const changed = await admin.send('PATCH', `${images}/${image.id}`, {
    body: JSON.stringify([{ op: 'replace', path: '/kernel_id', value: null }]),
    headers: { 'content-type': 'application/openstack-images-v2.1-json-patch' },
  });
  assert.equal(changed.status, 200);
  assert.ok(!('kernel_id' in ((await changed.json()) as object)));
});

test('a range may end far behind the end, and one that lies there says how long the image is', async () => {
  const { id } = await admin.json<{ id: string }>('POST', images, 201, formats);
  await admin.send('PUT', `${images}/${id}/file`, {
    body: '0123456789',
    headers: { 'content-type': 'application/octet-stream' },
  });
  const read = (range: string) => admin.send('GET', `${images}/${id}/file`, { headers: { range } });
  const far = await read('bytes=2-99999999999999999999999');
  assert.deepEqual([far.status, await far.text()], [206, '23456789']);
  const outside = await read('bytes=10-');
  assert.deepEqual([outside.status, outside.headers.get('content-range')], [416, 'bytes */10']);
});

test('what would be made elsewhere than was asked for is not made', async () => {
  const status = async (path: string, body: object) => {
    const answer = await admin.send('POST', `/identity/v3/${path}`, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    return answer.status;
  };
  assert.equal(await status('projects', { project: { name: 'a', domain_id: 'elsewhere' } }), 400);
  assert.equal(await status('projects', { project: { name: 'a', parent_id: 'elsewhere' } }), 400);
  assert.equal(await status('projects', { project: { name: 'a', is_domain: true } }), 400);
  assert.equal(await status('users', { user: { name: 'a', password: 'b', domain_id: 'elsewhere' } }), 404);
  assert.equal(await status('projects', { project: { name: 'a', domain_id: 'default' } }), 201);
  const { user } = await admin.json<{ user: { id: string } }>('POST', '/identity/v3/users', 201, {
    user: { name: 'a', domain_id: 'default' },
  });
  assert.equal((await raw('PUT', `/identity/v3/projects/x/users/${user.id}/roles/nothing`)).status, 404);
  const signedIn = await status('auth/tokens', {
    auth: { identity: { methods: ['password'], password: { user: { id: user.id, password: 'null' } } } },
  });
  assert.equal(signedIn, 401, 'without a password nobody signs in');
});

test('the catalog, users and projects are searched by what is asked for', async () => {
  const names = async (path: string, collection: string) => {
    const found = await admin.json<Record<string, { id: string }[]>>('GET', `/identity/v3/${path}`, 200);
    return found[collection]?.map(({ id }) => id).join();
  };
  assert.equal(await names('services?name=glance', 'services'), 'image');
  assert.equal(await names('services?type=compute', 'services'), '');
  assert.equal(await names('endpoints?service_id=image&interface=public', 'endpoints'), 'image-public');
  assert.equal(await names('users?domain_id=elsewhere', 'users'), '');
  assert.equal(await names('projects?is_domain=true', 'projects'), '');
  assert.notEqual(await names('projects?domain_id=default&enabled', 'projects'), '');
  assert.equal(await names('role_assignments?scope.system=all', 'role_assignments'), '');
  for (const [path, kind] of [
    ['services/image', 'service'],
    ['endpoints/identity-internal', 'endpoint'],
    ['regions/RegionOne', 'region'],
  ] as const) {
    const found = await admin.json<Record<string, { id: string }>>('GET', `/identity/v3/${path}`, 200);
    assert.equal(found[kind]?.id, path.split('/')[1]);
    assert.equal((await raw('GET', `/identity/v3/${path}x`)).status, 404);
  }
});
