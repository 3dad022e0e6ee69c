/** What a caller with bad intentions sends: each is refused with a clear status, and the server goes on. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import { startServer, type TestServer } from '#e2e/support/server.ts';
import { signIn } from '#e2e/support/sign-in.ts';

const images = '/image/v2/images';
let server: TestServer;
let token: string;
let admin: HttpClient;
const ended: (() => void | Promise<void>)[] = [];

before(async () => {
  server = await startServer({ after: (done) => void ended.push(done) });
  token = await signIn(server);
  admin = httpClient(server.url, { 'x-auth-token': token });
});
after(async () => {
  for (const end of ended) await end();
});

/** Bytes as they are; what came back until the server ended the connection, or two seconds were over. */
async function sendRaw(...lines: string[]): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  socket.on('error', () => undefined);
  socket.write(lines.join('\r\n'));
  const timer = setTimeout(() => socket.destroy(), 2_000);
  await once(socket, 'close');
  clearTimeout(timer);
  return answer;
}

const status = async (client: HttpClient, method: string, path: string, init: object = {}) => {
  const answer = await client.send(method, path, init);
  await answer.body?.cancel();
  return answer.status;
};

test('a request that two servers could read in two ways is not read at all', async () => {
  const begin = [
    `POST ${images} HTTP/1.1`,
    'Host: x',
    `X-Auth-Token: ${token}`,
    'Content-Type: application/json',
  ];
  for (const headers of [
    ['Content-Length: 2', 'Content-Length: 3'],
    ['Content-Length: 2', 'Transfer-Encoding: chunked'],
    ['Transfer-Encoding: chunked, identity'],
    ['Transfer-Encoding : chunked'],
    ['Content-Length: +2'],
    ['Content-Length: 2, 2'],
  ]) {
    const answer = await sendRaw(...begin, ...headers, '', '{}');
    assert.match(answer, /^HTTP\/1\.1 400 /, `${headers.join(' + ')}: ${answer.slice(0, 100)}`);
    assert.equal(answer.split('HTTP/1.1 ').length, 2, 'one answer');
  }
});

test('who may not upload is told so before the bytes are asked for', async () => {
  const { id } = await admin.json<{ id: string }>('POST', images, 201, {
    disk_format: 'raw',
    container_format: 'bare',
  });
  const put = (id: string, credential: string) =>
    sendRaw(
      `PUT ${images}/${id}/file HTTP/1.1`,
      'Host: x',
      ...(credential === '' ? [] : [`X-Auth-Token: ${credential}`]),
      'Content-Type: application/octet-stream',
      'Content-Length: 1000000000',
      'Expect: 100-continue',
      '',
      '',
    );
  assert.match(await put(id, ''), /^HTTP\/1\.1 401 /);
  assert.match(await put('00000000-0000-4000-8000-000000000000', token), /^HTTP\/1\.1 404 /);
  await admin.send('DELETE', `${images}/${id}`);
  assert.match(await put(id, token), /^HTTP\/1\.1 404 /);
});

test('access rules hold however the path is written', async () => {
  const record = { name: 'kept', disk_format: 'raw', container_format: 'bare' };
  const { id } = await admin.json<{ id: string }>('POST', images, 201, record);
  const bytes = { body: 'some bytes', headers: { 'content-type': 'application/octet-stream' } };
  assert.equal(await status(admin, 'PUT', `${images}/${id}/file`, bytes), 204);
  const me = await admin.send('GET', '/identity/v3/auth/tokens', { headers: { 'x-subject-token': token } });
  const userId = ((await me.json()) as { token: { user: { id: string } } }).token.user.id;
  const restricted = async (...paths: string[]) => {
    const { application_credential: made } = await admin.json<{
      application_credential: { id: string; secret: string };
    }>('POST', `/identity/v3/users/${userId}/application_credentials`, 201, {
      application_credential: {
        name: paths.join(' '),
        access_rules: paths.map((path) => ({ service: 'image', method: 'GET', path })),
      },
    });
    const answer = await fetch(`${server.url}/identity/v3/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        auth: { identity: { methods: ['application_credential'], application_credential: made } },
      }),
    });
    await answer.body?.cancel();
    return answer.headers.get('x-subject-token') ?? assert.fail();
  };
  const get = async (credential: string, path: string, method = 'GET') => {
    const answer = await sendRaw(
      `${method} ${path} HTTP/1.1`,
      'Host: x',
      `X-Auth-Token: ${credential}`,
      'Connection: close',
      '',
      '',
    );
    return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]), answer };
  };
  const listing = await restricted('/v2/images');
  assert.equal((await get(listing, images)).status, 200);
  const one = await restricted('/v2/images/{id}');
  assert.equal((await get(one, `${images}/${id}`)).status, 200);
  for (const [credential, path] of [
    [listing, `${images}/${id}`],
    [listing, `${images}/%2e%2e/images/${id}`],
    [listing, `${images}/../images/${id}`],
    [listing, `${images}%2f${id}`],
    [listing, `//image/v2/images/${id}`],
    [listing, `/image//v2/images/${id}`],
    [listing, `/image/v2/%69mages/${id}`],
    [listing, `/image/v2/images;/${id}`],
    [listing, `/IMAGE/v2/images/${id}`],
    [listing, `http://x/image/v2/images/${id}`],
    [one, `${images}/${id}/file`],
    [one, `${images}/${id}%2ffile`],
    [one, `${images}/${id}/%66ile`],
    [one, `${images}/${id}//file`],
    [one, `${images}/${id}/./file`],
    [one, `${images}/${id}\\file`],
    [one, `${images}/${id}/file/`],
    [one, `/api/v1/images/${id}`],
    [one, '/identity/v3/users'],
  ] as const) {
    const { status: found, answer } = await get(credential, path);
    assert.ok([308, 400, 401, 404].includes(found), `${path}: ${found}`);
    assert.ok(!answer.includes('some bytes') && !answer.includes('"kept"'), path);
  }
  for (const method of ['DELETE', 'PATCH', 'HEAD', 'PUT']) {
    const { status: found } = await get(one, `${images}/${id}`, method);
    assert.ok([401, 405].includes(found), `${method}: ${found}`);
  }
});

test('methods and paths that can be none are refused, and nothing of ours is fetched for others', async () => {
  const ask = (method: string, path: string) =>
    sendRaw(`${method} ${path} HTTP/1.1`, 'Host: x', 'Connection: close', '', '');
  for (const method of ['TRACE', 'PROPFIND']) assert.match(await ask(method, images), /^HTTP\/1\.1 405 /);
  for (const part of ['%', '%C0%AE', '%ff']) {
    for (const path of [`${images}/${part}`, `/api/v1/images/${part}`, `/images/${part}`]) {
      assert.match(await ask('GET', path), /^HTTP\/1\.1 400 /, path);
    }
  }
  const picture = await ask('GET', '/_next/image?url=%2Fapi%2Fopenapi.json&w=64&q=75');
  assert.match(picture, /^HTTP\/1\.1 404 /);
  const listed = await admin.send('GET', images);
  await listed.body?.cancel();
  assert.equal(listed.headers.get('cache-control'), 'no-store');
});

test('other users of the machine read neither the database nor the key', () => {
  const data = path.join(server.directory, 'data');
  for (const name of readdirSync(data).filter((each) =>
    /^stowage\.db(-wal|-shm)?$|^secret\.key$/.test(each),
  )) {
    assert.equal(statSync(path.join(data, name)).mode & 0o077, 0, name);
  }
});

test('names, numbers and depths that nobody can keep are refused as such', async () => {
  const nothing = '00000000-0000-4000-8000-000000000000';
  const deep = `{"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
  const manyWords = Array.from({ length: 1_000 }, (_, index) => index.toString(36)).join(',');
  const json = (body: string, type = 'application/json') => ({ body, headers: { 'content-type': type } });
  const { id } = await admin.json<{ id: string }>('POST', images, 201, { name: 'odd' });
  const patch = 'application/openstack-images-v2.1-json-patch';
  for (const [expected, method, path, init] of [
    [400, 'GET', `${images}?name=%00`, {}],
    [400, 'GET', `${images}/%00`, {}],
    [400, 'PUT', `${images}/${id}/tags/a%00b`, {}],
    [400, 'GET', `${images}?${'a=b&'.repeat(2_000)}`, {}],
    [400, 'GET', `${images}?stores=${manyWords}`, {}],
    [400, 'GET', `/api/v1/images?store=${manyWords}`, {}],
    [400, 'GET', `/api/v1/images?tag=${manyWords}`, {}],
    [200, 'GET', `/api/v1/images?store=fast,archive&tag=${'a,'.repeat(60)}`, {}],
    [400, 'GET', `${images}?marker=${nothing}`, {}],
    [200, 'GET', `${images}?size_min=${'9'.repeat(300)}&min_ram=-${'9'.repeat(300)}`, {}],
    [200, 'GET', `${images}?sort=${'name,'.repeat(2_000)}id`, {}],
    [200, 'GET', `${images}?limit=1000000000`, {}],
    [400, 'GET', `${images}?limit=-1`, {}],
    [400, 'POST', images, json('{"name":"\\u0000"}')],
    [400, 'POST', images, json('{"\\ud800":"a","\\ud801":"b"}')],
    [400, 'POST', images, json('{"tags":["\\ud800","\\ud801"]}')],
    [400, 'POST', images, json(deep)],
    [400, 'POST', images, json(`{"name":"${'x'.repeat(1_000_000)}"}`)],
    [413, 'POST', images, json(`{"name":"${'x'.repeat(1_100_000)}"}`)],
    [400, 'POST', images, json('{"min_disk":1e400}')],
    [400, 'POST', images, json('{"min_disk":NaN}')],
    [400, 'PATCH', `${images}/${id}`, json(`[{"op":"add","path":"/x","value":${deep}}]`, patch)],
    [400, 'POST', `${images}/${id}/import`, json(`{"method":{"name":"glance-direct"},"x":${deep}}`)],
    [400, 'POST', `${images}/${id}/members`, json('{"member":"\\u0000"}')],
    [400, 'POST', '/image/v2/metadefs/namespaces', json(`{"namespace":"n","properties":${deep}}`)],
    [400, 'POST', '/identity/v3/users', json('{"user":{"name":"\\u0000","password":"p"}}')],
    [404, 'GET', `${images}/${'x'.repeat(10_000)}`, {}],
  ] as const) {
    assert.equal(await status(admin, method, path, init), expected, `${method} ${path.slice(0, 60)}`);
  }
  assert.equal(await status(admin, 'GET', `${images}/${id}`), 200);
  assert.ok(!server.logs().some(({ msg }) => msg === 'request failed'), 'nothing fell over');
});
