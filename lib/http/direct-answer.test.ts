import assert from 'node:assert/strict';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import { test, type TestContext } from 'node:test';
import { answerDirectly } from './direct-answer.ts';

async function open(t: TestContext, answer: unknown) {
  const server = createServer((req, res) => {
    void answerDirectly(async () => Response.json(answer), {}, req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return (method: string) =>
    new Promise<{ headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
      const headers = { 'accept-encoding': 'gzip, deflate' };
      const call = request({ port, method, agent: false, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
      });
      call.on('error', reject).end();
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
