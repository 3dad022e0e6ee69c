import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { truncateSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import test, { after, before, describe } from 'node:test';
import { promisify } from 'node:util';
import { debianEnvironment, requireDebian } from '#e2e/support/debian.ts';
import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import { startServer, type TestServer } from '#e2e/support/server.ts';
import { signIn } from '#e2e/support/sign-in.ts';
import { createTusUpload } from './tus.ts';

const execute = promisify(execFile);
const announcedBytes = 10_000_000_000;

describe('a large body that is refused', () => {
  let server: TestServer;
  let client: HttpClient;
  let token: string;
  const endings: (() => void | Promise<void>)[] = [];
  after(async () => {
    for (const end of endings.reverse()) await end();
  });
  before(async () => {
    server = await startServer({ after: (end) => void endings.push(end) });
    token = await signIn(server);
    client = httpClient(server.url, { 'x-auth-token': token });
  });

  async function createImage(): Promise<string> {
    const body = { name: 'refused', disk_format: 'raw', container_format: 'bare' };
    return (await client.json<{ id: string }>('POST', '/image/v2/images', 201, body)).id;
  }

  /** The status of the answer to a request that announces 10 GB and goes on sending until the server has ended it. */
  async function announce(line: string, headers: Record<string, string>): Promise<number> {
    const all = { host: 'x', 'content-length': String(announcedBytes), 'x-auth-token': token, ...headers };
    const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
    const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`${line} HTTP/1.1\r\n${head.join('')}\r\n`);
    let text = '';
    socket.on('data', (data) => (text += data.toString()));
    const block = Buffer.alloc(64 * 1024);
    const sending = setInterval(() => void (socket.writableNeedDrain || socket.write(block)), 2);
    await once(socket, 'close', { signal: AbortSignal.timeout(4_000) }).finally(() => {
      clearInterval(sending);
      socket.destroy();
    });
    assert.match(text, /^connection: close\r$/im);
    return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);
  }

  test('is answered at once, and the connection ends, whatever it is refused for', async () => {
    const octets = { 'content-type': 'application/octet-stream' };
    const queued = `PUT /image/v2/images/${await createImage()}/file`;
    assert.equal(await announce(queued, { ...octets, 'x-auth-token': 'nobody' }), 401);
    assert.equal(await announce(`PUT /image/v2/images/${crypto.randomUUID()}/file`, octets), 404);
    assert.equal(await announce(queued, { 'content-type': 'text/plain' }), 415);
    assert.equal(await announce(queued, { ...octets, 'content-length': String(2 ** 41) }), 413);
    const upload = await createTusUpload(client, announcedBytes);
    const patch = {
      'content-type': 'application/offset+octet-stream',
      'tus-resumable': '1.0.0',
      'upload-offset': '5',
    };
    assert.equal(await announce(`PATCH ${upload.path}`, patch), 409);
    assert.equal(await announce(`PATCH ${upload.path}x`, { ...patch, 'upload-offset': '0' }), 404);
    assert.equal(
      await announce(`POST /api/v1/images/${upload.imageId}/copies`, { 'content-type': 'application/json' }),
      413,
    );
  });

  test('shows curl its status, with and without asking first', async (t) => {
    if (!(await requireDebian(['curl'], t)).ok) return;
    const file = path.join(server.directory, 'ten-gigabytes');
    writeFileSync(file, '');
    truncateSync(file, announcedBytes);
    const url = `${server.url}/image/v2/images/${await createImage()}/file`;
    for (const expect of ['Expect: 100-continue', 'Expect:']) {
      const { stdout } = await execute(
        '/usr/bin/curl',
        [
          ['-sS', '-T', file, '-o', path.join(server.directory, 'answer'), '-w', '%{http_code}'],
          ['-H', expect, '-H', `X-Auth-Token: ${token}`, '-H', 'Content-Type: text/plain', url],
        ].flat(),
        { env: debianEnvironment(), timeout: 4_000 },
      );
      assert.equal(stdout, '415');
    }
  });
});
