/** Staging, importing and tasks, as a cloud's programs ask for them over HTTP. */
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient } from '#e2e/support/http.ts';
import {
  create,
  endedTask,
  images,
  message,
  openStage,
  put,
  putStaged,
  show,
  tasksOf,
  type Image,
  type Task,
} from './stage.ts';

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

const { server, admin, maria, mariaToken, beta } = await openStage({ after }, { config });

async function startImport(client: HttpClient, id: string, body: object, status = 202): Promise<Response> {
  const answer = await client.send('POST', `${images}/${id}/import`, {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(answer.status, status, await answer.clone().text());
  return answer;
}

const direct = { name: 'glance-direct' };

test('an image is staged, imported and downloaded, and its task bears the id of the request', async () => {
  const { id } = await create(maria);
  const bytes = randomBytes(300_000);
  assert.equal((await putStaged(maria, id, bytes)).status, 204);
  const staged = await show(maria, id);
  assert.deepEqual(
    [staged.status, staged['size'], staged['checksum'], staged['os_hash_value'], staged.stores],
    ['uploading', bytes.length, null, null, undefined],
  );
  assert.equal((await maria.send('GET', `${images}/${id}/file`)).status, 204);
  assert.equal((await putStaged(maria, id, bytes)).status, 409);
  assert.equal((await put(maria, id, bytes)).status, 409);
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
  assert.equal((await putStaged(maria, id, randomBytes(1000))).status, 204);
  await startImport(maria, id, { method: direct, all_stores: false, all_stores_must_succeed: false });
  assert.deepEqual([(await show(maria, id)).status, (await show(maria, id)).stores], ['active', 'fast']);
  await startImport(maria, id, { method: direct }, 409);
});

test('an import that cannot be is refused at once, and changes nothing', async () => {
  const { id } = await create(maria);
  await startImport(maria, id, { method: direct }, 409);
  const bare = await maria.json<Image>('POST', images, 201, {});
  assert.equal((await putStaged(maria, bare.id, randomBytes(10))).status, 204);
  assert.match(
    (await message(await startImport(maria, bare.id, { method: direct }, 409))).message,
    /'container_format' needs to be set before import/,
  );
  assert.equal((await putStaged(maria, id, randomBytes(1000))).status, 204);
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
  assert.equal((await putStaged(maria, id, randomBytes(200_000))).status, 204);
  const full = await message(await startImport(maria, id, { method: direct, stores: ['small'] }, 413));
  assert.match(full.message, /small/);
  assert.equal((await show(maria, id)).status, 'uploading');
  await startImport(maria, id, { method: direct, stores: ['archive'] });
  assert.equal((await endedTask(maria, id)).status, 'success');
  assert.equal((await show(maria, id)).stores, 'archive');
});

test('bytes that are not what the image says are refused when they are staged', async () => {
  const { id } = await create(maria, { disk_format: 'qcow2' });
  assert.equal((await putStaged(maria, id, randomBytes(1000))).status, 415);
  assert.equal((await show(maria, id)).status, 'queued');
  assert.equal((await putStaged(maria, id, randomBytes(10), { 'content-type': 'text/plain' })).status, 415);
  assert.equal((await putStaged(beta, id, randomBytes(10))).status, 404);
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
  assert.equal((await putStaged(maria, id, randomBytes(1000))).status, 204);
});

test('copies by import have tasks, which only administrators list', async () => {
  const { id } = await create(admin);
  assert.equal((await put(admin, id, randomBytes(1000))).status, 204);
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
