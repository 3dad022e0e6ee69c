/** What clients of Glance rely on, over HTTP: statuses, headers, bodies, and who sees what. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import { create, images, openStage, put, type Image } from './stage.ts';

const { server, admin, maria, reader } = await openStage({ after });

async function patch(client: HttpClient, id: string, changes: unknown, minor = 1): Promise<Response> {
  return await client.send('PATCH', `${images}/${id}`, {
    body: JSON.stringify(changes),
    headers: { 'content-type': `application/openstack-images-v2.${minor}-json-patch` },
  });
}

test('versions are told without a token, with the statuses that discovery expects', async () => {
  const nobody = httpClient(server.url);
  const status = async (path: string) => (await nobody.send('GET', path)).status;
  assert.deepEqual(
    [
      await status('/image'),
      await status('/image/'),
      await status('/image/versions'),
      await status('/image/v2'),
    ],
    [300, 300, 200, 302],
  );
  const { versions } = await nobody.json<{ versions: { id: string }[] }>('GET', '/image/v2/', 200);
  const ids = versions.map(({ id }) => id);
  // glanceclient looks for these: several stores, tasks, locations.
  for (const id of ['v2.0', 'v2.8', 'v2.12', 'v2.13', 'v2.17']) assert.ok(ids.includes(id), id);
});

test('without a token everything else is 401 with the way to sign in', async () => {
  const answer = await httpClient(server.url).send('GET', images);
  assert.equal(answer.status, 401);
  assert.match(answer.headers.get('www-authenticate') ?? '', /Keystone uri=.*\/identity/);
});

test('a known path with another method is 405 with Allow, an unknown path 404', async () => {
  const wrong = await admin.send('PUT', images);
  assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'GET, POST']);
  const { id } = await create(admin);
  const head = await admin.send('HEAD', `${images}/${id}/file`);
  assert.deepEqual([head.status, head.headers.get('allow')], [405, 'GET, PUT']);
  assert.equal((await admin.send('GET', '/image/v2/nothing/here')).status, 404);
  assert.equal((await admin.send('GET', '/image/v3')).status, 300);
  const headers = { 'x-openstack-request-id': `req-${'a'.repeat(61)}` };
  assert.equal((await admin.send('GET', images, { headers })).status, 431);
});

test('an error is an HTML page, or JSON for who accepts it, and bears the request id', async () => {
  const id = '00000000-0000-4000-8000-000000000000';
  const html = await admin.send('GET', `${images}/${id}`, { headers: { accept: '*/*' } });
  assert.equal(html.status, 404);
  assert.match(html.headers.get('content-type') ?? '', /^text\/html/);
  assert.match(await html.text(), new RegExp(`No image found with ID ${id}`));
  assert.match(html.headers.get('x-openstack-request-id') ?? '', /^req-[0-9a-f-]{36}$/);
  const json = await admin.send('GET', `${images}/${id}`, { headers: { accept: 'application/json' } });
  const { error } = (await json.json()) as { error: { code: number; message: string } };
  assert.deepEqual([error.code, error.message], [404, `No image found with ID ${id}`]);
});

test('creating answers with every attribute and what the SDK decides by', async () => {
  const answer = await maria.send('POST', images, {
    body: JSON.stringify({ name: 'a', os_distro: 'debian', tags: ['y', 'x', 'x'] }),
    headers: { 'content-type': 'application/json', accept: '' },
  });
  assert.equal(answer.status, 201);
  const image = (await answer.json()) as Image;
  assert.equal(answer.headers.get('location'), `${server.url}${images}/${image.id}`);
  assert.equal(answer.headers.get('openstack-image-import-methods'), 'glance-direct,copy-image');
  assert.equal(answer.headers.get('openstack-image-store-ids'), 'fast,archive');
  const { id, owner, created_at, updated_at, ...rest } = image;
  assert.match(String(created_at), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.equal(updated_at, created_at);
  assert.match(String(owner), /^[0-9a-f]{32}$/);
  assert.deepEqual(rest, {
    os_distro: 'debian',
    name: 'a',
    disk_format: null,
    container_format: null,
    visibility: 'shared',
    size: null,
    virtual_size: null,
    status: 'queued',
    checksum: null,
    protected: false,
    min_ram: 0,
    min_disk: 0,
    os_hidden: false,
    os_hash_algo: null,
    os_hash_value: null,
    tags: ['x', 'y'],
    self: `/v2/images/${id}`,
    file: `/v2/images/${id}/file`,
    schema: '/v2/schemas/image',
  });
});

test('what the server writes itself cannot be given at creation, nor by a change', async () => {
  const { id } = await create(maria);
  for (const name of [
    'stores',
    'status',
    'checksum',
    'size',
    'self',
    'created_at',
    'os_hash_value',
    'location',
  ]) {
    await maria.json('POST', images, 403, { [name]: 'x' });
    assert.equal((await patch(maria, id, [{ op: 'add', path: `/${name}`, value: 'x' }])).status, 403, name);
  }
  const location = [{ op: 'add', path: '/locations/-', value: { url: 'file:///a', metadata: {} } }];
  assert.equal((await patch(maria, id, location)).status, 403, 'they are not shown');
  await maria.json('POST', images, 403, { locations: [] });
  await maria.json('POST', images, 403, { os_glance_failed_import: '' });
  assert.equal((await patch(maria, id, [{ op: 'add', path: '/os_glance_x', value: '' }])).status, 403);
  await maria.json('POST', images, 403, { owner: 'somebody' });
  await maria.json('POST', images, 403, { visibility: 'public' });
  await maria.json('POST', images, 400, { visibility: 'secret' });
  await maria.json('POST', images, 400, { property: 3 });
  await maria.json('POST', images, 400, ['no', 'object']);
  await maria.json('POST', images, 409, { id });
  await reader.json('POST', images, 403, { name: 'mine' });
});

test('properties may be called like parts of JavaScript', async () => {
  const body = '{"name":"odd","__proto__":"a","constructor":"b","toString":"c"}';
  const answer = await maria.send('POST', images, { body, headers: { 'content-type': 'application/json' } });
  assert.equal(answer.status, 201, await answer.clone().text());
  const { id } = (await answer.json()) as Image;
  const removed = await patch(maria, id, [
    { op: 'replace', path: '/constructor', value: 'd' },
    { op: 'remove', path: '/toString' },
  ]);
  assert.equal(removed.status, 200);
  const text = await (await maria.send('GET', `${images}/${id}`)).text();
  assert.match(text, /"__proto__":"a"/);
  assert.match(text, /"constructor":"d"/);
  assert.doesNotMatch(text, /toString/);
});

test('both dialects of PATCH change an image, and refuse what Glance refuses', async () => {
  const { id } = await create(maria, { tags: ['a', 'b'], os_distro: 'debian' });
  const first = await patch(
    maria,
    id,
    [
      { replace: '/name', value: 'new' },
      { add: '/x~1y', value: 'z' },
    ],
    0,
  );
  assert.equal(first.status, 200, await first.clone().text());
  assert.deepEqual([((await first.json()) as Image)['x/y']], ['z']);
  assert.equal((await patch(maria, id, [{ add: '/os_distro', value: 'x' }], 0)).status, 409);
  assert.equal((await patch(maria, id, [{ op: 'replace', path: '/missing', value: 'x' }])).status, 409);
  assert.equal((await patch(maria, id, [{ op: 'remove', path: '/missing' }])).status, 409);
  assert.equal((await patch(maria, id, [{ op: 'remove', path: '/name' }])).status, 403);
  assert.equal((await patch(maria, id, [{ op: 'test', path: '/name', value: 'new' }])).status, 400);
  assert.equal((await patch(maria, id, [{ op: 'replace', path: '/a/b', value: 'x' }])).status, 400);
  assert.equal((await patch(maria, id, { op: 'replace' })).status, 400);
  assert.equal((await patch(maria, id, [{ op: 'replace', path: '/owner', value: 'x' }])).status, 403);
  assert.equal((await patch(reader, id, [{ op: 'replace', path: '/name', value: 'x' }])).status, 403);
  // As jsonpatch computes a changed tag.
  const tagged = await patch(maria, id, [{ op: 'replace', path: '/tags/1', value: 'c' }]);
  assert.deepEqual(((await tagged.json()) as Image)['tags'], ['a', 'c']);
  const other = await maria.send('PATCH', `${images}/${id}`, {
    body: '[]',
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(other.status, 415);
  assert.match(other.headers.get('accept-patch') ?? '', /v2\.0-json-patch, .*v2\.1-json-patch/);
});

test('the format of an image is settled once it has bytes', async () => {
  const { id } = await create(maria);
  const change = [{ op: 'replace', path: '/container_format', value: 'ovf' }];
  assert.equal((await patch(maria, id, change)).status, 200);
  assert.equal((await put(maria, id, randomBytes(100))).status, 204);
  assert.equal((await patch(maria, id, [{ op: 'replace', path: '/disk_format', value: 'iso' }])).status, 403);
});

test('tags are put and taken, whatever they are made of', async () => {
  const { id } = await create(maria);
  const tag = encodeURIComponent('50% off / späte Äpfel');
  assert.equal((await maria.send('PUT', `${images}/${id}/tags/${tag}`)).status, 204);
  assert.deepEqual((await maria.json<Image>('GET', `${images}/${id}`, 200))['tags'], [
    '50% off / späte Äpfel',
  ]);
  assert.equal((await maria.send('DELETE', `${images}/${id}/tags/${tag}`)).status, 204);
  assert.equal((await maria.send('DELETE', `${images}/${id}/tags/${tag}`)).status, 404);
});

test('a list is paged, sorted and filtered, and its links keep the parameters', async () => {
  for (const name of ['p1', 'p2', 'p3']) await create(maria, { name, batch: 'paged', tags: [name, 'all'] });
  const list = async (query: string) =>
    await maria.json<{ images: Image[]; first: string; next?: string }>('GET', `${images}?${query}`, 200);
  const names = async (query: string) => (await list(query)).images.map((image) => image['name']);
  const page = await list('batch=paged&sort=name:asc&limit=2');
  assert.deepEqual(
    page.images.map((image) => image['name']),
    ['p1', 'p2'],
  );
  assert.equal(page.first, '/v2/images?batch=paged&sort=name%3Aasc&limit=2');
  const rest = await maria.json<{ images: Image[]; next?: string }>('GET', `/image${page.next}`, 200);
  assert.deepEqual(
    rest.images.map((image) => image['name']),
    ['p3'],
  );
  assert.equal(rest.next, undefined);
  assert.deepEqual(await names('name=in:p3,"p1"&sort_key=name&sort_dir=desc'), ['p3', 'p1']);
  assert.deepEqual(await names('tag=all&tag=p2'), ['p2']);
  assert.deepEqual(await names('batch=paged&created_at=lt:2020-01-01T00:00:00Z'), []);
  assert.deepEqual(await names('batch=paged&created_at=gte:2020-01-01T00:00:00Z&sort=name'), [
    'p3',
    'p2',
    'p1',
  ]);
  assert.deepEqual(await names('batch=paged&stores=fast'), []);
  assert.deepEqual(await names('batch=paged&locations=x'), []);
  for (const query of [
    'limit=-1',
    'limit=x',
    'sort=nothing',
    'sort=name&sort_key=id',
    'visibility=secret',
    'marker=nothing',
    'size_min=x',
    'changes-since=2020-01-01',
    'os_hidden=maybe',
  ]) {
    assert.equal((await maria.send('GET', `${images}?${query}`)).status, 400, query);
  }
});

test('what belongs to another project is 404, and offered things cannot be changed', async () => {
  const kept = await create(admin, { name: 'kept' });
  for (const method of ['GET', 'DELETE']) {
    assert.equal((await maria.send(method, `${images}/${kept.id}`)).status, 404, method);
  }
  assert.equal((await patch(maria, kept.id, [{ op: 'replace', path: '/name', value: 'x' }])).status, 404);
  assert.equal((await put(maria, kept.id, randomBytes(10))).status, 404);
  assert.equal((await maria.send('GET', `${images}/${kept.id}/file`)).status, 404);
  assert.equal((await maria.send('GET', `/api/v1/images/${kept.id}`)).status, 404);
  await maria.json('POST', `${images}/${kept.id}/import`, 404, { method: { name: 'copy-image' } });
  assert.equal((await maria.send('DELETE', `/image/v2/stores/fast/${kept.id}`)).status, 404);

  const offered = await create(admin, { name: 'offered', visibility: 'public' });
  assert.equal((await maria.send('GET', `${images}/${offered.id}`)).status, 200);
  assert.equal((await maria.send('DELETE', `${images}/${offered.id}`)).status, 403);
  assert.equal((await maria.send('GET', '/image/v2/info/stores/detail')).status, 403);
});

test('the community’s images are shown and listed only when asked for', async () => {
  const { id } = await create(admin, { name: 'communal', visibility: 'community' });
  const lists = async (client: HttpClient, query: string) =>
    (await client.json<{ images: Image[] }>('GET', `${images}?${query}`, 200)).images.some(
      (each) => each.id === id,
    );
  assert.equal((await maria.send('GET', `${images}/${id}`)).status, 200);
  assert.equal(await lists(maria, 'limit=1000'), false);
  assert.equal(await lists(maria, 'visibility=community'), true);
  assert.equal(await lists(maria, 'visibility=all&limit=1000'), true);
  assert.equal(await lists(admin, 'limit=1000'), true);
});

test('the console shows the same image, with what may be done as data', async () => {
  const { id } = await create(maria, { name: 'for the console', protected: true });
  interface View {
    name: string;
    actions: Record<string, true | string>;
    properties: Record<string, string>;
  }
  const view = await maria.json<View>('GET', `/api/v1/images/${id}`, 200);
  assert.equal(view.actions['edit'], true);
  assert.match(String(view.actions['delete']), /protected/);
  assert.equal(view.actions['copy'], undefined);
  assert.equal((await maria.send('DELETE', `/api/v1/images/${id}`)).status, 403);
  const changed = await maria.json<View>('PATCH', `/api/v1/images/${id}`, 200, {
    protected: false,
    properties: { os_distro: 'debian' },
  });
  assert.deepEqual(changed.properties, { os_distro: 'debian' });
  await maria.json('PATCH', `/api/v1/images/${id}`, 400, { properties: { name: 'hidden behind the name' } });
  await maria.json('PATCH', `/api/v1/images/${id}`, 403, { properties: { stores: 'fast' } });
  const list = await maria.json<{ images: { id: string }[]; total: number }>(
    'GET',
    '/api/v1/images?tab=project',
    200,
  );
  assert.ok(list.images.some((each) => each.id === id) && list.total >= 1);
  await maria.json('DELETE', `/api/v1/images/${id}`, 204);
  assert.equal((await maria.send('GET', `/api/v1/images/${id}`)).status, 404);
});
