import assert from 'node:assert/strict';
import { createReadStream, writeFileSync } from 'node:fs';
import { createServer, connect, type Server, type Socket } from 'node:net';
import path from 'node:path';
import test, { describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DetailedError } from 'tus-js-client';
import { Upload } from 'tus-js-client';
import { httpClient } from '#e2e/support/http.ts';
import { startServer } from '#e2e/support/server.ts';
import { signIn } from '#e2e/support/sign-in.ts';
import { temporaryDirectory } from '#e2e/support/temporary-directory.ts';
import { createTusUpload, offsetOf, randomFile, sha512, waitForImage } from './tus.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

/** Repeatable random numbers in [0, 1). */
function generator(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Passes bytes on and cuts each connection after a random number of bytes from the client. */
async function cuttingProxy(
  port: number,
  random: () => number,
  mostBytes: number,
): Promise<{ port: number; cuts: () => number; server: Server }> {
  let cuts = 0;
  const server = createServer((client: Socket) => {
    const upstream = connect(port, '127.0.0.1');
    let left = Math.floor(random() * mostBytes);
    client.on('data', (chunk: Buffer) => {
      left -= chunk.byteLength;
      if (left < 0) {
        cuts += 1;
        client.resetAndDestroy();
        upstream.resetAndDestroy();
        return;
      }
      if (!upstream.write(chunk)) client.pause();
    });
    upstream.on('drain', () => client.resume());
    upstream.on('data', (chunk: Buffer) => client.write(chunk));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, cuts: () => cuts, server };
}

/** A plain PUT whose body never ends. */
async function beginPut(url: string, token: string): Promise<{ id: string; status: Promise<number | null> }> {
  const client = httpClient(url, { 'x-auth-token': token });
  const image = { name: 'put', disk_format: 'raw', container_format: 'bare' };
  const { id } = await client.json<{ id: string }>('POST', '/image/v2/images', 201, image);
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(randomFile(1_000_000)),
  });
  const status = client
    .send('PUT', `/image/v2/images/${id}/file`, {
      duplex: 'half',
      body,
      headers: { 'content-type': 'application/octet-stream' },
    } as RequestInit)
    .then(
      (answer) => answer.status,
      () => null,
    );
  return { id, status };
}

describe('tus-js-client', () => {
  test(`arrives whole over a line that is cut at random points (seed ${seed})`, async (t) => {
    const server = await startServer(t);
    const token = await signIn(server);
    const client = httpClient(server.url, { 'x-auth-token': token });
    const proxy = await cuttingProxy(server.port, generator(seed), 12_000_000);
    t.after(() => void proxy.server.close());
    const directory = temporaryDirectory(t);
    const file = randomFile(48_000_000);
    const name = path.join(directory, 'disk.raw');
    writeFileSync(name, file);
    let imageId = '';
    await new Promise<void>((resolve, reject) => {
      const upload = new Upload(createReadStream(name), {
        endpoint: `http://127.0.0.1:${proxy.port}/api/uploads`,
        headers: { 'x-auth-token': token },
        metadata: { name: 'cut', stores: 'fast,archive', sha512: sha512(file) },
        uploadSize: file.byteLength,
        chunkSize: 16_000_000,
        retryDelays: Array.from({ length: 60 }, () => 50),
        onAfterResponse(_request, response) {
          imageId = response.getHeader('Stowage-Image-Id') ?? imageId;
        },
        onSuccess: () => resolve(),
        onError: reject,
      });
      upload.start();
    });
    assert.ok(proxy.cuts() > 0, 'nothing was cut');
    const image = await waitForImage(client, imageId);
    assert.equal(image.sha512, sha512(file));
    assert.equal(image.locations.filter(({ state }) => state === 'active').length, 2);
  });

  test(`goes on where it was after the server was killed at random moments (seed ${seed})`, async (t) => {
    const random = generator(seed + 1);
    const directory = temporaryDirectory(t);
    let server = await startServer(t, { directory });
    const { port } = server;
    const token = await signIn(server);
    const file = randomFile(96_000_000);
    const client = httpClient(server.url, { 'x-auth-token': token });
    const created = await createTusUpload(client, file.byteLength, { name: 'killed', sha512: sha512(file) });
    let acknowledged = 0;
    let rejected: Error | DetailedError | null = null;
    const finished = new Promise<void>((resolve, reject) => {
      const upload = new Upload(file, {
        uploadUrl: server.url + created.path,
        headers: { 'x-auth-token': token },
        chunkSize: 8_000_000,
        retryDelays: Array.from({ length: 400 }, () => 100),
        onChunkComplete: (_size, accepted) => (acknowledged = accepted),
        onSuccess: () => resolve(),
        onError: reject,
      });
      upload.start();
    }).catch((error: Error) => {
      rejected = error;
    });
    for (let kills = 0; kills < 3; kills++) {
      await sleep(40 + random() * 250);
      await server.kill();
      const before = acknowledged;
      server = await startServer(t, { directory, port });
      // What was acknowledged before the kill is still there.
      assert.ok((await offsetOf(client, created)) >= before);
    }
    await finished;
    assert.equal(rejected, null);
    const image = await waitForImage(client, created.imageId);
    assert.equal(image.sha512, sha512(file));
  });

  test('an upload begun by one client is found in the list and gone on with by another', async (t) => {
    const server = await startServer(t);
    const token = await signIn(server);
    const client = httpClient(server.url, { 'x-auth-token': token });
    const file = randomFile(6_000_000);
    const created = await createTusUpload(client, file.byteLength, {
      name: 'elsewhere',
      filename: 'disk.raw',
      client: 'Chrome, maria-laptop',
    });
    await client.send('PATCH', created.path, {
      headers: {
        'tus-resumable': '1.0.0',
        'upload-offset': '0',
        'content-type': 'application/offset+octet-stream',
      },
      body: file.subarray(0, 2_500_000),
    });
    const other = httpClient(server.url, { 'x-auth-token': await signIn(server) });
    const list = await other.json<{ uploads: { url: string; offset_bytes: number; client: string }[] }>(
      'GET',
      '/api/v1/uploads',
      200,
    );
    const found = list.uploads.find((upload) => upload.url === created.path);
    assert.equal(found?.offset_bytes, 2_500_000);
    assert.equal(found?.client, 'Chrome, maria-laptop');
    await new Promise<void>((resolve, reject) => {
      const upload = new Upload(file, {
        uploadUrl: server.url + created.path,
        headers: { 'x-auth-token': token },
        onSuccess: () => resolve(),
        onError: reject,
      });
      upload.start();
    });
    assert.equal((await waitForImage(client, created.imageId)).sha512, sha512(file));
  });

  test('SIGTERM ends a running PATCH at a durable offset, and the next server goes on from it', async (t) => {
    const directory = temporaryDirectory(t);
    const server = await startServer(t, { directory });
    const token = await signIn(server);
    const client = httpClient(server.url, { 'x-auth-token': token });
    const file = randomFile(30_000_000);
    const created = await createTusUpload(client, file.byteLength, { name: 'terminated' });
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(file.subarray(0, 10_000_000));
      },
    });
    const running = fetch(server.url + created.path, {
      method: 'PATCH',
      duplex: 'half',
      body,
      headers: {
        'x-auth-token': token,
        'tus-resumable': '1.0.0',
        'upload-offset': '0',
        'content-type': 'application/offset+octet-stream',
      },
    } as RequestInit).catch(() => null);
    const put = await beginPut(server.url, token);
    await sleep(500);
    const stopped = await server.stop();
    assert.equal(stopped.code, 0);
    assert.ok([503, null].includes(await put.status), `the PUT was answered ${await put.status}`);
    const answer = await running;
    if (answer !== null) assert.equal(answer.status, 503);
    const next = await startServer(t, { directory });
    const again = httpClient(next.url, { 'x-auth-token': token });
    // Nobody can go on with half a PUT, so nothing of it is left.
    const { status } = await again.json<{ status: string }>('GET', `/image/v2/images/${put.id}`, 200);
    assert.equal(status, 'queued');
    const offset = await offsetOf(again, created);
    assert.ok(offset > 0, 'nothing of what had arrived was made durable');
    const rest = await again.send('PATCH', created.path, {
      headers: {
        'tus-resumable': '1.0.0',
        'upload-offset': String(offset),
        'content-type': 'application/offset+octet-stream',
      },
      body: file.subarray(offset),
    });
    assert.equal(rest.status, 204);
    assert.equal((await waitForImage(again, created.imageId)).sha512, sha512(file));
  });
});
