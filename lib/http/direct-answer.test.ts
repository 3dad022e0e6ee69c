import assert from 'node:assert/strict';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { answerDirectly } from './direct-answer.ts';
import { rawBodyResponse } from './raw-body.ts';
import { runWithRawRequest } from './raw-request.ts';
import type { RouteHandler } from './route.ts';

async function open(t: TestContext, answer: unknown) {
  return await openHandler(t, async () => Response.json(answer));
}

async function openHandler(t: TestContext, handler: RouteHandler) {
  const server = createServer((req, res) => {
    void answerDirectly(handler, {}, req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return (method: string, sent?: string) =>
    new Promise<{ headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
      const headers = { 'accept-encoding': 'gzip, deflate' };
      const call = request({ port, method, agent: false, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
      });
      call.on('error', reject).end(sent);
    });
}

test('JSON goes whole, with its length in bytes and as it is', async (t) => {
  const answer = { name: 'ü'.repeat(2_000) };
  const call = await open(t, answer);
  const { headers, body } = await call('GET');
  assert.equal(headers['content-encoding'], undefined);
  assert.equal(headers['transfer-encoding'], undefined);
  assert.equal(headers['content-length'], String(body.byteLength));
  assert.equal(headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(body.toString()), answer);
});

test('HEAD gets no body', async (t) => {
  const call = await open(t, { name: 'short' });
  assert.equal((await call('HEAD')).body.byteLength, 0);
});

test('the handler reads the body from the request', async (t) => {
  const call = await openHandler(t, async (request) => Response.json((await request.text()).length));
  assert.equal((await call('POST', 'ü'.repeat(300_000))).body.toString(), '300000');
  assert.equal((await call('POST')).body.toString(), '0');
});

test('whoever has only the signal of the request hears that the client has left, after a collection too', async (t) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const begun = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  async function* chunks(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    yield Buffer.from('the beginning');
    begun.resolve();
    signal.addEventListener('abort', () => left.resolve());
    await left.promise;
  }
  const server = createServer((req, res) => {
    const handler: RouteHandler = async ({ signal }) =>
      rawBodyResponse({ status: 200, headers: {} }, chunks(signal), () => undefined);
    void runWithRawRequest(req, res, () => answerDirectly(handler, {}, req, res));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  const call = request({ port: typeof address === 'object' && address ? address.port : 0, agent: false });
  call.on('error', () => undefined).end();
  await begun.promise;
  for (let turn = 0; turn < 3; turn += 1) {
    collect();
    await sleep(20);
  }
  call.destroy();
  const late = sleep(5_000, undefined, { ref: false }).then(() => assert.fail('nobody was told'));
  await Promise.race([left.promise, late]);
});
