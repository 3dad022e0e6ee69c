import assert from 'node:assert/strict';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import { test, type TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { answerDirectly } from './direct-answer.ts';

async function open(t: TestContext, answer: unknown) {
  const server = createServer((req, res) => {
    void answerDirectly(
      async () => Response.json(answer, { headers: { vary: 'X-Auth-Token' } }),
      {},
      req,
      res,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return (method: string, accept: string | null) =>
    new Promise<{ headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
      const headers = accept === null ? {} : { 'accept-encoding': accept };
      const call = request({ port, method, agent: false, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
      });
      call.on('error', reject).end();
    });
}

const long = { name: 'ü'.repeat(2_000) };

test('a long answer is compressed for who takes it, and says that it depends on that', async (t) => {
  const call = await open(t, long);
  for (const accept of ['gzip, deflate', 'br;q=1.0, gzip;q=0.8', 'deflate,gzip']) {
    const { headers, body } = await call('GET', accept);
    assert.equal(headers['content-encoding'], 'gzip', accept);
    assert.deepEqual(JSON.parse(gunzipSync(body).toString()), long);
    assert.equal(headers['content-length'], String(body.byteLength));
    assert.equal(headers['vary'], 'X-Auth-Token, Accept-Encoding');
  }
  const startedAt = performance.now();
  // The last one kept a server busy for half a minute that looked at it with a regular expression.
  const endless = `gzip;q=.${'1'.repeat(15_000)}x`;
  for (const accept of [null, 'identity', 'gzip;q=0', 'gzip;q=0.0', 'xgzip', endless]) {
    const { headers, body } = await call('GET', accept);
    assert.equal(headers['content-encoding'], undefined, String(accept));
    assert.deepEqual(JSON.parse(body.toString()), long);
    assert.equal(headers['vary'], 'X-Auth-Token, Accept-Encoding');
  }
  assert.ok(performance.now() - startedAt < 3_000, 'none of them takes long');
});

test('a short answer goes as it is, and to HEAD without a body', async (t) => {
  const call = await open(t, { name: 'short' });
  const { headers, body } = await call('GET', 'gzip');
  assert.equal(headers['content-encoding'], undefined);
  assert.equal(body.toString(), '{"name":"short"}');
  assert.equal(headers['content-type'], 'application/json');
  assert.equal((await call('HEAD', 'gzip')).body.byteLength, 0);
});
