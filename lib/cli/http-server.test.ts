import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it, type TestContext } from 'node:test';
import { rawRequest } from '#lib/http/raw-request.ts';
import { RequestBody } from '#lib/streams/request-body.ts';
import { openHttpServer, type Handle, type HttpServer } from './http-server.ts';

async function serve(
  t: TestContext,
  handle: Handle,
): Promise<{ http: HttpServer; url: string; failures: unknown[] }> {
  const failures: unknown[] = [];
  const http = openHttpServer(handle, (error) => failures.push(error));
  const port = await http.listen('127.0.0.1', 0);
  t.after(() => http.close(0, 0));
  return { http, url: `http://127.0.0.1:${port}`, failures };
}

const ok: Handle = async (_, res) => void res.end('ok');

describe('the HTTP server', () => {
  it('gives every handler its own raw request, through a second copy of the module too', async (t) => {
    const copy = (await import(`#lib/http/raw-request.ts?copy=${Date.now()}`)) as {
      rawRequest: typeof rawRequest;
    };
    assert.notEqual(copy.rawRequest, rawRequest);
    const { url } = await serve(t, async (req, res) => {
      await sleep(5);
      assert.equal(rawRequest()?.req, req);
      assert.equal(copy.rawRequest()?.res, res);
      res.end(req.url);
    });
    const paths = Array.from({ length: 20 }, (_, index) => `/${index}`);
    const texts = await Promise.all(paths.map(async (path) => (await fetch(url + path)).text()));
    assert.deepEqual(texts, paths);
    assert.equal(rawRequest(), undefined);
  });

  it('answers 500 and goes on when a handler throws', async (t) => {
    const { url, failures } = await serve(t, async (req, res) => {
      if (req.url === '/bad') throw new Error('broken');
      res.end('ok');
    });
    assert.equal((await fetch(`${url}/bad`)).status, 500);
    assert.equal((await fetch(url)).status, 200);
    assert.equal(failures.length, 1);
  });

  it('takes no method and no path that can be none', async (t) => {
    const { url, failures } = await serve(t, ok);
    for (const method of ['TRACE', 'PROPFIND', 'QUERY']) {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write(`${method} / HTTP/1.1\r\nHost: x\r\n\r\n`);
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      assert.match(chunk.toString(), /^HTTP\/1\.1 405 [^]*Allow: GET, HEAD/, method);
    }
    for (const part of ['%', '%zz', '%ff%fe', '%C0%AE', '%E0%A4%A']) {
      assert.equal((await fetch(`${url}/${part}`)).status, 400, part);
    }
    assert.equal((await fetch(`${url}/%C3%BC%2F?%ff`)).status, 200);
    assert.equal((await fetch(`${url}/?${'a=&'.repeat(8_000)}`)).status, 400);
    assert.equal((await fetch(`${url}/?${'a=&'.repeat(200)}`)).status, 200);
    assert.deepEqual(failures, []);
  });

  it('takes a whole URL for its path, and answers OPTIONS of all of it', async (t) => {
    const { url } = await serve(t, async (req, res) => void res.end(`path: ${req.url}`));
    const ask = async (line: string) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.write(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      return Buffer.concat(await Array.fromAsync(socket as AsyncIterable<Buffer>)).toString();
    };
    assert.match(
      await ask('GET http://other.example:80/image/v2?limit=1'),
      /^HTTP\/1\.1 200 [^]*path: \/image\/v2\?limit=1$/,
    );
    assert.match(await ask('GET HTTPS://other.example'), /^HTTP\/1\.1 200 [^]*path: \/$/);
    assert.match(await ask('GET https://other.example?limit=1'), /^HTTP\/1\.1 200 [^]*path: \/\?limit=1$/);
    assert.match(await ask('OPTIONS *'), /^HTTP\/1\.1 204 [^]*Allow: GET, HEAD/);
    assert.match(await ask('GET *'), /^HTTP\/1\.1 400 /);
  });

  it('hands on no more of the name of a program than anybody needs', async (t) => {
    const { url } = await serve(t, async (req, res) => void res.end(req.headers['user-agent']));
    const answer = await fetch(url, { headers: { 'user-agent': 'a'.repeat(28_000) } });
    assert.equal((await answer.text()).length, 512);
    assert.equal(await (await fetch(url, { headers: { 'user-agent': 'curl/8' } })).text(), 'curl/8');
  });

  it('sets no limit to how long a request takes, and refuses headers above 32 KiB', async (t) => {
    const { http, url } = await serve(t, ok);
    assert.equal(http.server.requestTimeout, 0);
    assert.equal((await fetch(url, { headers: { x: 'a'.repeat(30 * 1024) } })).status, 200);
    assert.equal((await fetch(url, { headers: { x: 'a'.repeat(33 * 1024) } })).status, 431);
  });

  it('answers a client that offers HTTP/2 on its first request', async (t) => {
    const { url } = await serve(t, ok);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n',
    );
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    assert.match(chunk.toString(), /^HTTP\/1\.1 200/);
  });
});

describe('an answer that comes before the body', () => {
  it('waits for the rest of a short one no longer than it has patience', async (t) => {
    // As a route does that reads for a while and then gives up.
    const giveUp: Handle = async (req, res) => {
      const reader = (Readable.toWeb(req) as ReadableStream<Uint8Array>).getReader();
      await reader.read();
      req.pause();
      // Seen of a request that Next had let go of.
      res.once('finish', () => Object.assign(req, { socket: null }));
      res.end('ok');
    };
    const http = openHttpServer(giveUp, assert.ifError, { unreadPatienceMilliseconds: 100 });
    const port = await http.listen('127.0.0.1', 0);
    t.after(() => http.close(0, 0));
    const socket = connect(port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    let answer = '';
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{');
    const drip = setInterval(() => socket.write(' '), 10);
    await closed;
    clearInterval(drip);
    assert.match(answer, /^HTTP\/1\.1 200 /);
  });

  const refuse: Handle = async (_, res) => void res.writeHead(413).end('too large');
  const accept: Handle = async (req, res) => {
    let bytes = 0;
    for await (const chunk of req) bytes += (chunk as Buffer).byteLength;
    res.end(`${bytes} bytes`);
  };

  /** Sends `head` and then 64 KiB after 64 KiB until the other side has ended. */
  async function send(url: string, head: string, chunks = Infinity) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const block = Buffer.alloc(64 * 1024);
    let [text, hasEnded, sentBytes] = ['', false, 0];
    socket.on('data', (data) => (text += data.toString()));
    socket.on('error', () => (hasEnded = true));
    socket.on('close', () => (hasEnded = true));
    socket.write(`${head}\r\n\r\n`);
    const startedAt = performance.now();
    while (!hasEnded && performance.now() - startedAt < 5_000) {
      if (sentBytes < chunks * block.byteLength && socket.write(block)) sentBytes += block.byteLength;
      else await sleep(5);
      if (sentBytes % (16 * block.byteLength) === 0) await sleep(1);
    }
    socket.destroy();
    return { text, sentBytes, milliseconds: performance.now() - startedAt };
  }

  it('arrives, and ends the connection without reading the ten gigabytes that were announced', async (t) => {
    const { url } = await serve(t, refuse);
    const sent = await send(url, 'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000000');
    assert.match(sent.text, /^HTTP\/1\.1 413/);
    assert.match(sent.text, /connection: close/i);
    assert.match(sent.text, /too large/);
    assert.ok(sent.milliseconds < 2_000, `${sent.milliseconds} ms`);
    assert.ok(sent.sentBytes < 200_000_000, `${sent.sentBytes} bytes were read`);
  });

  it('ends the connection of a client that sends nothing more too', async (t) => {
    const { url } = await serve(t, refuse);
    const sent = await send(url, 'PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked', 0);
    assert.match(sent.text, /^HTTP\/1\.1 413/);
    assert.ok(sent.milliseconds < 2_000, `${sent.milliseconds} ms`);
  });

  it('leaves the connection of a short body open', async (t) => {
    const { url } = await serve(t, refuse);
    const answer = await fetch(url, { method: 'PUT', body: Buffer.alloc(200_000) });
    assert.equal(answer.status, 413);
    assert.notEqual(answer.headers.get('connection'), 'close');
  });

  it('leaves the connection of a short body open whose reader let go in the middle of it', async (t) => {
    // As an upload does whose store is full: more has arrived by then than may wait.
    const giveUp: Handle = async (req, res) => {
      if (req.method === 'GET') return void res.end('the next answer');
      const body = new RequestBody(req);
      await body.next(new AbortController().signal);
      while (!req.isPaused()) await sleep(5);
      body.release();
      res.writeHead(507).end();
    };
    const { url } = await serve(t, giveUp);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    t.after(() => socket.destroy());
    const next = Promise.withResolvers<void>();
    let text = '';
    socket.on('data', (data: Buffer) => {
      text += data.toString();
      if (text.endsWith('the next answer')) next.resolve();
    });
    socket.on('close', () => next.reject(new Error(`closed after ${text}`)));
    socket.write('PATCH / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n');
    socket.write(Buffer.alloc(1_000_000));
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const startedAt = performance.now();
    await next.promise;
    assert.match(text, /^HTTP\/1\.1 507 /);
    assert.ok(performance.now() - startedAt < 2_000);
  });

  it('leaves the connection of a long body open that was read to its end', async (t) => {
    const { url } = await serve(t, accept);
    const answer = await fetch(url, { method: 'PUT', body: Buffer.alloc(3_000_000) });
    assert.equal(await answer.text(), '3000000 bytes');
    assert.notEqual(answer.headers.get('connection'), 'close');
  });

  it('comes without "100 Continue", which only a body that is read gets', async (t) => {
    const head = 'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 65536\r\nExpect: 100-continue';
    const refused = await send((await serve(t, refuse)).url, head, 0);
    assert.match(refused.text, /^HTTP\/1\.1 413/);
    assert.match(refused.text, /connection: close/i);
    const accepted = await send((await serve(t, accept)).url, `${head}\r\nConnection: close`, 1);
    assert.match(accepted.text, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200[^]*65536 bytes$/);
  });
});

describe('draining', () => {
  it('turns /readyz to 503 at once, lets what runs end and then refuses connections', async (t) => {
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    const { http, url } = await serve(t, async (req, res) => {
      if (req.url === '/slow') await released;
      res.end('ok');
    });
    const slow = fetch(`${url}/slow`);
    await sleep(50);
    http.startDraining();
    const closed = http.close(100, 10_000);
    const ready = await fetch(`${url}/readyz`);
    assert.equal(ready.status, 503);
    assert.equal(ready.headers.get('connection'), 'close');
    await sleep(300);
    assert.equal((await fetch(`${url}/readyz`)).status, 503, 'it still answers while something runs');
    release();
    assert.equal(await (await slow).text(), 'ok');
    await closed;
    await assert.rejects(fetch(url));
  });

  it('cuts streams of events, which never end by themselves', async (t) => {
    const { http, url } = await serve(t, async (_, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write('data: hello\n\n');
    });
    const stream = await fetch(url, { headers: { accept: 'text/event-stream' } });
    http.startDraining();
    const startedAt = performance.now();
    await http.close(0, 10_000);
    assert.ok(performance.now() - startedAt < 2_000);
    await assert.rejects(stream.text());
  });

  it('cuts what is not done in time', async (t) => {
    const { http, url } = await serve(t, async (_, res) => void res.write('never the end'));
    const never = await fetch(url);
    http.startDraining();
    const startedAt = performance.now();
    await http.close(0, 300);
    assert.ok(performance.now() - startedAt < 2_000);
    await assert.rejects(never.text());
  });
});
