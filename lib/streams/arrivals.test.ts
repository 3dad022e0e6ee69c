import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { arrivals } from './arrivals.ts';

const MiB = 1024 * 1024;
const block = Buffer.alloc(MiB, 7);
let sentBytes = 0;

/** `/<MiB>` sends so many; `/<MiB>/cut` ends the connection in the middle of what it promised. */
const server = http.createServer(async (request, response) => {
  const [, count = '0', cut] = (request.url ?? '').split('/');
  response.writeHead(200, { 'content-length': String((Number(count) + (cut ? 1 : 0)) * MiB) });
  sentBytes = 0;
  for (let i = 0; i < Number(count) && !response.destroyed; i++) {
    if (!response.write(block)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    sentBytes += MiB;
  }
  if (cut) response.socket?.end();
  else response.end();
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => {
  server.closeAllConnections();
  server.close();
});

async function get(path: string): Promise<http.IncomingMessage> {
  const { port } = server.address() as AddressInfo;
  const [answer] = (await once(http.get({ host: '127.0.0.1', port, path }), 'response')) as [
    http.IncomingMessage,
  ];
  return answer;
}

test('brings all of a body, and nothing of one that is empty', async () => {
  let bytes = 0;
  for await (const batch of arrivals(await get('/20'))) {
    for (const piece of batch) {
      assert.ok(piece.every((byte) => byte === 7));
      bytes += piece.byteLength;
    }
  }
  assert.equal(bytes, 20 * MiB);
  assert.deepEqual(await Array.fromAsync(arrivals(await get('/0'))), []);
});

test('brings what came before the connection broke, then says that it broke', async () => {
  let bytes = 0;
  await assert.rejects(
    async () => {
      for await (const batch of arrivals(await get('/3/cut'))) {
        for (const piece of batch) bytes += piece.byteLength;
      }
    },
    { code: 'ECONNRESET' },
  );
  assert.equal(bytes, 3 * MiB);
});

test('lets the sender wait while nobody asks, and lets go when nobody wants more', async () => {
  const body = await get('/200');
  const iterator = arrivals(body);
  await iterator.next();
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.ok(sentBytes < 100 * MiB, `${sentBytes} bytes were sent to nobody`);
  await iterator.return();
  assert.ok(body.destroyed);
});
