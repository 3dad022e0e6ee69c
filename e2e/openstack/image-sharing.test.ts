/** Sharing, deactivating, locations and the rest of what a cloud's programs ask of the Images API, over HTTP. */
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';
import type { HttpClient } from '#e2e/support/http.ts';
import { create, endedTask, images, message, openStage, put, show, type Image } from './stage.ts';

const config = `
default_store: fast
stores:
  - { id: fast, driver: filesystem, weight: 100, options: { path: fast } }
  - { id: archive, driver: filesystem, weight: 10, options: { path: archive } }
show: { direct_url: true, locations: true }
`;

const { server, admin, maria, beta, betaProject } = await openStage({ after }, { config });

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
  assert.equal((await put(maria, id, randomBytes(1000))).status, 204);
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
