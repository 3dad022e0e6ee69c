import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import type { UploadEngine } from './engine-contract.ts';
import { MiB, fileOf, orderOf, setUp, until, viewOf, waitFor } from './test-engine.ts';
import type { TestServer } from './test-server.ts';

/** The project may fill two images: what is more is refused for now, as the server does it. */
function limitToTwo(server: TestServer, retryAfterSeconds: number) {
  server.intercept = (request, response) => {
    if (request.method !== 'POST' || server.uploads.size < 2) return false;
    response
      .writeHead(413, {
        'content-type': 'application/json',
        'tus-resumable': '1.0.0',
        'stowage-error': 'quota_exceeded',
        'retry-after': String(retryAfterSeconds),
      })
      .end('{"code":"quota_exceeded","detail":"2 of 2 are used, and 1 more were asked for."}');
    return true;
  };
}

const drop = (engine: UploadEngine) =>
  engine.add(Array.from({ length: 5 }, (_, i) => orderOf(fileOf(randomBytes(MiB), `disk-${i}.raw`))));
const countOf = (server: TestServer) => server.requests.filter((line) => line.startsWith('POST')).length;

test('files beyond the number that a project may fill at once wait until others have ended', async (t) => {
  const { server, engine } = await setUp(t);
  limitToTwo(server, 60);
  drop(engine);
  const refused = await until(engine, ({ problem }) => problem?.kind === 'too-many', 2);
  assert.equal(refused.state, 'waiting');
  const asked = countOf(server);
  assert.ok(asked <= 6, `${asked} were asked for where two may be`);
  const ended = new Set<string>();
  while (ended.size < 5) {
    await waitFor(() => engine.getTasks().some(({ state }) => state === 'checking'));
    const { uploadId } = engine.getTasks().find(({ state }) => state === 'checking') ?? {};
    assert.ok(uploadId);
    server.uploads.delete(uploadId);
    engine.applyView({ ...viewOf(uploadId, MiB, MiB), state: 'done' });
    ended.add(uploadId);
  }
  assert.ok(engine.getTasks().every(({ state, problem }) => state === 'done' && problem === null));
});

test('asks again after the time that the server has said, for others may have ended theirs', async (t) => {
  const { server, engine } = await setUp(t);
  limitToTwo(server, 1);
  drop(engine);
  await until(engine, ({ problem }) => problem?.kind === 'too-many', 2);
  server.intercept = () => false;
  for (const index of [0, 1, 2, 3, 4]) await until(engine, ({ state }) => state === 'checking', index);
  assert.equal(server.uploads.size, 5);
});
