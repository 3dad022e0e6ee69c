import assert from 'node:assert/strict';
import { it } from 'node:test';
import { httpClient } from '#e2e/support/http.ts';
import { startServer } from '#e2e/support/server.ts';
import { signIn } from '#e2e/support/sign-in.ts';
import { createTusUpload, randomFile } from '#e2e/uploads/tus.ts';

/** What is another one each time. */
const changing = ['date', 'x-openstack-request-id', 'upload-expires', 'location', 'stowage-image-id'];

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  isFromNext: boolean;
}

async function ask(url: string, init: RequestInit): Promise<Answer> {
  const answer = await fetch(url, init);
  const headers = Object.fromEntries(answer.headers);
  // Next says on every answer what its router makes pages depend on.
  const { vary = '' } = headers;
  delete headers['vary'];
  delete headers['transfer-encoding'];
  for (const name of changing) if (name in headers) headers[name] = 'something';
  const body = (await answer.text())
    .replaceAll(/req-[0-9a-f-]{36}/g, 'some request')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'some image')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'some time');
  return { status: answer.status, headers, body, isFromNext: vary.includes('rsc') };
}

it('answers the APIs without Next, and in every header as Next does', async (t) => {
  const server = await startServer(t);
  const token = { 'x-auth-token': await signIn(server) };
  const client = httpClient(server.url, token);

  /** Asks in the spelling that is answered directly, and in one of the same path that only Next understands. */
  async function both(path: string, init: RequestInit & { status: number }): Promise<void> {
    const other = path.replace(/[0-9a-f]{4}(?=[0-9a-f-]{32})/, (start) =>
      [...start].map((character) => `%${character.charCodeAt(0).toString(16)}`).join(''),
    );
    const direct = await ask(server.url + path, init);
    const byNext = await ask(server.url + (other === path ? `${path}/` : other), init);
    assert.equal(direct.status, init.status, `${init.method} ${path}: ${direct.body}`);
    assert.deepEqual([direct.isFromNext, byNext.isFromNext], [false, true], `${init.method} ${path}`);
    // Next sends short texts in chunks, too.
    if (!('content-length' in byNext.headers)) delete direct.headers['content-length'];
    assert.deepEqual({ ...direct, isFromNext: true }, byNext, `${init.method} ${path}`);
  }

  const tus = { ...token, 'tus-resumable': '1.0.0' };
  const octets = { ...tus, 'content-type': 'application/offset+octet-stream' };
  await both('/api/uploads', { method: 'OPTIONS', status: 204 });
  await both('/api/uploads', { method: 'POST', status: 401 });
  await both('/api/uploads', { method: 'POST', headers: token, status: 412 });
  await both('/api/uploads', { method: 'POST', headers: tus, status: 400 });
  await both('/api/uploads', { method: 'POST', headers: { ...tus, 'upload-length': '5' }, status: 201 });
  const file = randomFile(100_000);
  const { path, imageId } = await createTusUpload(client, file.byteLength);
  const missing = path.replace(/.{4}$/, 'none');
  await both(missing, { method: 'HEAD', headers: tus, status: 404 });
  await both(path, { method: 'HEAD', headers: tus, status: 200 });
  await both(path, {
    method: 'PATCH',
    headers: { ...octets, 'upload-offset': '7' },
    body: file,
    status: 409,
  });
  await both(path, { method: 'PATCH', headers: octets, body: file, status: 400 });
  await both(path, { method: 'PATCH', headers: { ...octets, 'upload-offset': '0' }, body: '', status: 204 });
  await client.send('PATCH', path, { headers: { ...octets, 'upload-offset': '0' }, body: file });

  const bytes = `/image/v2/images/${imageId}/file`;
  await both(bytes, { status: 401 });
  await both(bytes, { headers: token, status: 200 });
  await both(bytes, { headers: { ...token, range: 'bytes=10-19' }, status: 206 });
  await both(bytes, { headers: { ...token, range: 'bytes=900000-' }, status: 416 });
  await both(bytes, { method: 'HEAD', headers: token, status: 405 });
  await both(bytes, { method: 'DELETE', headers: token, status: 405 });
  const octetStream = { ...token, 'content-type': 'application/octet-stream' };
  await both(bytes, { method: 'PUT', headers: octetStream, body: file, status: 409 });
  await both(bytes, { method: 'PUT', headers: { ...token, 'content-type': 'a/b' }, body: file, status: 415 });

  const json = { ...token, 'content-type': 'application/json' };
  const images = '/image/v2/images';
  await both(images, { method: 'POST', headers: json, body: '{"name": "direct"}', status: 201 });
  await both(images, { method: 'POST', headers: json, body: '{"name": ', status: 400 });
  await both(images, {
    method: 'POST',
    headers: { ...token, 'content-type': 'a/b' },
    body: '{}',
    status: 415,
  });
  await both(images, { method: 'POST', headers: json, body: ' '.repeat(2_000_000), status: 413 });
  await both(images, { method: 'DELETE', headers: token, status: 405 });
  const image = `${images}/${imageId}`;
  const patch = { ...token, 'content-type': 'application/openstack-images-v2.1-json-patch' };
  const rename = JSON.stringify([{ op: 'replace', path: '/name', value: 'renamed' }]);
  await both(image, { method: 'PATCH', headers: patch, body: rename, status: 200 });
  await both(image, { method: 'PATCH', headers: token, status: 415 });
  await both(`${image}/tags/one`, { method: 'PUT', headers: token, status: 204 });
  await both(`${image}/members`, { headers: token, status: 200 });
  await both('/image/v2/schemas/image', { headers: token, status: 200 });
  await both('/image', { status: 300 });
  await both('/identity/v3', { status: 200 });
  await both('/identity/v3/auth/tokens', { method: 'POST', headers: json, body: '{}', status: 400 });
  await both('/identity/v3/auth/catalog', { headers: token, status: 200 });
  await both('/api/v1/tokens', { method: 'POST', headers: json, body: '[]', status: 400 });
  await both('/api/v1/settings', { headers: token, status: 200 });
  await both('/healthz', { method: 'HEAD', status: 200 });
  await both('/healthcheck', { status: 200 });
  await client.send('DELETE', image);
  await both(image, { method: 'DELETE', headers: token, status: 404 });
});
