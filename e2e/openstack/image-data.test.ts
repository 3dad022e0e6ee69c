/** Bytes of images over HTTP: what is taken, what is given, and what is refused before anything starts. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { after, test } from 'node:test';
import { create, images, openStage, put, type Image } from './stage.ts';

const { server, admin, maria, mariaToken, reader } = await openStage({ after });

test('bytes go in whole and come out whole and in ranges', async () => {
  const { id } = await create(maria);
  const file = `${images}/${id}/file`;
  assert.equal((await maria.send('GET', file)).status, 204);
  const bytes = randomBytes(300_000);
  assert.equal((await put(maria, id, bytes, { 'x-image-meta-store': 'archive' })).status, 204);
  const image = await maria.json<Image>('GET', `${images}/${id}`, 200);
  assert.equal(image['status'], 'active');
  assert.equal(image.stores, 'archive');
  assert.equal(image['size'], bytes.length);
  assert.equal(image['checksum'], createHash('md5').update(bytes).digest('hex'));
  assert.equal(image['os_hash_algo'], 'sha512');
  assert.equal(image['os_hash_value'], createHash('sha512').update(bytes).digest('hex'));

  const whole = await maria.send('GET', file);
  assert.deepEqual(
    [whole.status, whole.headers.get('content-length'), whole.headers.get('content-md5')],
    [200, String(bytes.length), image['checksum']],
  );
  assert.ok(Buffer.from(await whole.arrayBuffer()).equals(bytes));
  const range = async (value: string, header = 'range') => {
    const answer = await maria.send('GET', file, { headers: { [header]: value } });
    const body = Buffer.from(await answer.arrayBuffer());
    return { status: answer.status, contentRange: answer.headers.get('content-range'), body };
  };
  const part = await range('bytes=10-19');
  assert.deepEqual([part.status, part.contentRange], [206, `bytes 10-19/${bytes.length}`]);
  assert.ok(part.body.equals(bytes.subarray(10, 20)));
  assert.ok((await range('bytes=299990-')).body.equals(bytes.subarray(299_990)));
  assert.ok((await range('bytes=-5')).body.equals(bytes.subarray(-5)));
  assert.ok((await range('bytes 10-19/*', 'content-range')).body.equals(bytes.subarray(10, 20)));
  assert.equal((await range('bytes=300000-')).status, 416);
  assert.equal((await range('bytes=0-1,5-6')).status, 400);
  assert.equal((await range('lines=1-2')).status, 200);

  assert.equal((await put(maria, id, bytes)).status, 409);
});

test('a chunked body is taken, and no bytes at all make an active image', async () => {
  const chunked = await create(maria);
  const bytes = randomBytes(200_000);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const upload = request(
      `${server.url}${images}/${chunked.id}/file`,
      { method: 'PUT', headers: { 'x-auth-token': mariaToken, 'content-type': 'application/octet-stream' } },
      (answer) => resolve(answer.resume().statusCode),
    );
    upload.on('error', reject);
    upload.write(bytes.subarray(0, 70_000));
    upload.end(bytes.subarray(70_000));
  });
  assert.equal(status, 204);
  assert.equal((await maria.json<Image>('GET', `${images}/${chunked.id}`, 200))['size'], bytes.length);

  const empty = await create(maria);
  assert.equal((await put(maria, empty.id, new Uint8Array())).status, 204);
  const image = await maria.json<Image>('GET', `${images}/${empty.id}`, 200);
  assert.deepEqual([image.status, image['size']], ['active', 0]);
});

test('an upload that cannot be is refused with the status that clients know', async () => {
  const { id } = await create(maria);
  const bytes = randomBytes(1000);
  assert.equal((await put(maria, id, bytes, { 'x-image-meta-store': 'nowhere' })).status, 400);
  assert.equal((await put(maria, id, bytes, { 'content-type': 'text/plain' })).status, 415);
  assert.equal((await put(maria, id, bytes, { 'x-openstack-image-size': '999' })).status, 400);
  assert.equal((await put(reader, id, bytes)).status, 403);
  const bare = await maria.json<Image>('POST', images, 201, { name: 'without formats' });
  assert.equal((await put(maria, bare.id, bytes)).status, 400);
  const qcow2 = await create(maria, { disk_format: 'qcow2' });
  assert.equal((await put(maria, qcow2.id, bytes)).status, 415);
  assert.equal((await maria.json<Image>('GET', `${images}/${qcow2.id}`, 200)).status, 'queued');
  assert.equal((await put(maria, id, bytes)).status, 204);
});

test('an import that cannot be is refused before anything starts', async () => {
  const { id } = await create(admin);
  const start = async (status: number, body: object, headers: Record<string, string> = {}) => {
    const answer = await admin.send('POST', `${images}/${id}/import`, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
    assert.equal(answer.status, status, `${JSON.stringify(body)}: ${await answer.text()}`);
  };
  const method = { name: 'copy-image' };
  await start(400, {});
  await start(400, { method: { name: 'web-upload' } });
  await start(400, { method, all_stores: 'yes' });
  await start(400, { method, all_stores: true, stores: ['archive'] });
  await start(409, { method, stores: ['archive'] });
  assert.equal((await put(admin, id, randomBytes(1000))).status, 204);
  await start(409, { method, stores: ['nowhere'] });
  await start(400, { method, stores: ['fast'] });
  await start(400, { method, stores: ['archive'] }, { 'x-image-meta-store': 'fast' });
  // What the openstack command and the SDK send.
  await start(
    202,
    { method, stores: ['archive'], all_stores: false, all_stores_must_succeed: false },
    { 'x-image-meta-store': 'archive' },
  );
  assert.equal((await admin.send('DELETE', `/image/v2/stores/nowhere/${id}`)).status, 409);
  const image = await admin.json<Image>('GET', `${images}/${id}`, 200);
  assert.equal(image['os_glance_failed_import'], '');
  assert.equal(typeof image['os_glance_importing_to_stores'], 'string');
});
