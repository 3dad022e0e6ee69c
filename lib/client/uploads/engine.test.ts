import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import type { UploadView } from '#lib/contract/uploads.ts';
import { MiB, cutAfter, fileOf, openEngine, orderOf, setUp, until, viewOf, waitFor } from './test-engine.ts';
import type { TestServer } from './test-server.ts';

test('sends every byte of several files, three at once, and tells the server what they are', async (t) => {
  const { server, engine } = await setUp(t);
  server.onReceived = () => waitFor(() => server.mostAtOnce === 3);
  const contents = Array.from({ length: 5 }, () => randomBytes(2 * MiB));
  engine.add(
    contents.map((bytes, index) => orderOf(fileOf(bytes, `disk-${index}.raw`), { visibility: 'private' })),
  );
  for (const index of contents.keys()) await until(engine, (task) => task.state === 'checking', index);
  const kept = [...server.uploads.values()];
  assert.equal(server.mostAtOnce, 3);
  for (const [index, bytes] of contents.entries()) {
    const match = kept.find(({ upload }) => upload.metadata?.name === `disk-${index}.raw`);
    assert.ok(match);
    assert.ok(match.bytes.equals(bytes));
    assert.equal(match.upload.metadata?.stores, 'fast');
    assert.equal(match.upload.metadata?.visibility, 'private');
  }
});

test('makes the uploads of files that wait for their turn, so that the server knows them when the browser ends', async (t) => {
  const { server, engine } = await setUp(t);
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  server.onReceived = () => held;
  const files = Array.from({ length: 6 }, (_, index) => fileOf(randomBytes(MiB), `disk-${index}.raw`));
  engine.add(files.map((file) => orderOf(file)));
  await waitFor(() => server.uploads.size === 6);
  assert.deepEqual(
    engine.getTasks().map(({ state }) => state),
    ['sending', 'sending', 'sending', 'waiting', 'waiting', 'waiting'],
  );
  await engine.cancel(engine.getTasks()[5]?.id ?? '');
  // One whose creation is not answered yet ends when it is.
  await waitFor(() => server.uploads.size === 5);
  assert.equal(server.mostAtOnce, 3);
  release();
  for (const index of files.slice(0, 5).keys())
    await until(engine, ({ state }) => state === 'checking', index);
  assert.equal(server.requests.filter((request) => request.startsWith('POST')).length, 6);
});

test('sends the length of a run of zeros in place of the zeros, to a server that takes it', async (t) => {
  for (const takesZeros of [true, false]) {
    const { server, engine } = await setUp(t);
    server.takesZeros = takesZeros;
    const data = randomBytes(MiB);
    const bytes = Buffer.concat([Buffer.alloc(64 * MiB), data, Buffer.alloc(2 * MiB)]);
    engine.add([orderOf(fileOf(bytes))]);
    await until(engine, ({ state }) => state === 'checking');
    assert.ok(server.uploads.get('u1')?.bytes.equals(bytes));
    // What lies in 64 MiB with data is sent as it is.
    assert.equal(server.receivedBytes, takesZeros ? 3 * MiB : 67 * MiB);
  }
});

test('goes on from the durable offset when the connection is cut', async (t) => {
  const { server, engine } = await setUp(t);
  const bytes = randomBytes(8 * MiB);
  cutAfter(server, 2 * MiB, 3);
  engine.add([orderOf(fileOf(bytes))]);
  const task = await until(engine, ({ state }) => state === 'checking');
  assert.equal(task.durableBytes, bytes.length);
  assert.ok(server.uploads.get('u1')?.bytes.equals(bytes));
  assert.equal(server.requests.filter((line) => line.startsWith('POST')).length, 1);
  assert.equal(server.requests.filter((line) => line.startsWith('PATCH')).length, 4);
});

test('waits while nobody answers and goes on when the server is back', async (t) => {
  const { server, engine } = await setUp(t);
  const bytes = randomBytes(6 * MiB);
  cutAfter(server, 1 * MiB, 1);
  engine.add([orderOf(fileOf(bytes))]);
  await until(engine, ({ state }) => state === 'offline');
  await server.stop();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await server.listen();
  await until(engine, ({ state }) => state === 'checking');
  assert.ok(server.uploads.get('u1')?.bytes.equals(bytes));
});

test('asks nobody while the browser is offline, and goes on at once when it says that the line is back', async (t) => {
  let online = false;
  const { server, engine } = await setUp(t, { isOnline: () => online });
  await server.stop();
  engine.add([orderOf(fileOf(randomBytes(MiB)))]);
  await until(engine, ({ state }) => state === 'offline');
  await server.listen();
  await new Promise((resolve) => setTimeout(resolve, 120));
  assert.deepEqual(server.requests, []);
  online = true;
  engine.lineIsBack();
  await until(engine, ({ state }) => state === 'checking');
});

test('stops when the session has ended and goes on after signing in', async (t) => {
  let told = 0;
  const { server, engine } = await setUp(t, { onSignedOut: () => (told += 1) });
  server.intercept = (_request, response) => {
    response.writeHead(401).end();
    return true;
  };
  engine.add([orderOf(fileOf(randomBytes(MiB))), orderOf(fileOf(randomBytes(MiB), 'second.raw'))]);
  await until(engine, ({ state }) => state === 'signed-out', 0);
  await until(engine, ({ state }) => state === 'signed-out', 1);
  assert.equal(told, 1);
  server.intercept = () => false;
  engine.signedIn();
  await until(engine, ({ state }) => state === 'checking', 0);
  await until(engine, ({ state }) => state === 'checking', 1);
  assert.equal(server.uploads.size, 2);
});

test('pauses at a durable offset and goes on from it', async (t) => {
  const { server, engine } = await setUp(t);
  const bytes = randomBytes(8 * MiB);
  let paused = false;
  server.onReceived = () => {
    if (!paused) engine.pause(engine.getTasks()[0]?.id ?? '');
    paused = true;
  };
  engine.add([orderOf(fileOf(bytes))]);
  const task = await until(engine, ({ state }) => state === 'paused');
  assert.equal(task.rate, null);
  engine.goOn(task.id);
  await until(engine, ({ state }) => state === 'checking');
  assert.ok(server.uploads.get('u1')?.bytes.equals(bytes));
});

test('ends the upload on the server when it is cancelled, even while it is being created', async (t) => {
  const { server, engine } = await setUp(t);
  const [task] = engine.add([orderOf(fileOf(randomBytes(4 * MiB)))]);
  assert.ok(task);
  await engine.cancel(task.id);
  assert.deepEqual(engine.getTasks(), []);
  await waitFor(() => server.requests.some((line) => line.startsWith('DELETE')));
  await waitFor(() => server.uploads.size === 0);
});

test('goes on in another browser with the same file', async (t) => {
  const { server, engine } = await setUp(t);
  const bytes = randomBytes(6 * MiB);
  cutAfter(server, 3 * MiB, 1);
  engine.add([orderOf(fileOf(bytes))]);
  await until(engine, ({ state }) => state === 'offline');
  engine.close();
  const other = openEngine(t, server);
  other.resume({
    file: fileOf(bytes),
    uploadId: 'u1',
    url: '/api/uploads/u1',
    imageId: 'image',
    name: 'disk.raw',
    stores: ['fast'],
    offsetBytes: server.uploads.get('u1')?.bytes.length ?? 0,
  });
  await until(other, ({ state }) => state === 'checking');
  assert.ok(server.uploads.get('u1')?.bytes.equals(bytes));
  assert.equal(server.uploads.size, 1);
});

test('shows the words of the server when it refuses, and goes on when a person says so', async (t) => {
  const { server, engine } = await setUp(t);
  server.intercept = (request, response) => {
    if (request.method !== 'PATCH') return false;
    request.resume();
    const problem = { detail: 'fast is full.', remedy: 'archive has 2 TiB free.', request_id: 'req-1' };
    response.writeHead(507, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
    return true;
  };
  engine.add([orderOf(fileOf(randomBytes(2 * MiB)))]);
  const failed = await until(engine, ({ state }) => state === 'failed');
  assert.deepEqual(failed.problem, {
    kind: 'refused',
    detail: 'fast is full.',
    remedy: 'archive has 2 TiB free.',
    requestId: 'req-1',
  });
  server.intercept = () => false;
  engine.retry(failed.id);
  const task = await until(engine, ({ state }) => state === 'checking');
  assert.equal(task.problem, null);
});

test('asks again while another connection holds the upload, and gives up in the end', async (t) => {
  const { server, engine } = await setUp(t);
  let locked = 2;
  server.intercept = (request, response) => {
    if (request.method !== 'PATCH' || locked === 0) return false;
    locked -= 1;
    request.resume();
    response.writeHead(423).end();
    return true;
  };
  engine.add([orderOf(fileOf(randomBytes(MiB)))]);
  await until(engine, ({ state }) => state === 'checking');
  locked = 99;
  engine.add([orderOf(fileOf(randomBytes(MiB), 'other.raw'))]);
  const task = await until(engine, ({ state }) => state === 'failed', 1);
  assert.equal(task.problem?.kind, 'busy-elsewhere');
});

test('makes one upload only when the answer to the creation is lost', async (t) => {
  const { server, engine } = await setUp(t);
  let lost = false;
  server.intercept = (request, response) => {
    if (request.method !== 'POST' || lost) return false;
    lost = true;
    response.end = () => {
      request.socket.destroy();
      return response;
    };
    return false;
  };
  engine.add([orderOf(fileOf(randomBytes(MiB)), { fingerprint: 's1:abc:1' })]);
  await until(engine, ({ state }) => state === 'checking');
  assert.equal(server.uploads.size, 1);
  assert.equal(server.requests.filter((line) => line.startsWith('POST')).length, 1);
});

test('says so when the file can no longer be read', async (t) => {
  const { server, engine } = await setUp(t);
  await server.stop();
  const file = fileOf(randomBytes(MiB));
  const unreadable = Object.assign(Object.create(file) as File, {
    slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('changed', 'NotReadableError')) }),
  });
  Object.defineProperty(unreadable, 'size', { value: file.size });
  Object.defineProperty(unreadable, 'name', { value: file.name });
  engine.add([{ ...orderOf(unreadable), name: 'disk.raw' }]);
  const task = await until(engine, ({ state }) => state === 'failed');
  assert.equal(task.problem?.kind, 'unreadable');
});

test('starts over when the server no longer has the upload and a person says so', async (t) => {
  const { server, engine } = await setUp(t);
  const bytes = randomBytes(4 * MiB);
  cutAfter(server, MiB, 1);
  server.intercept = (request) => {
    if (request.method === 'HEAD') server.uploads.delete('u1');
    return false;
  };
  engine.add([orderOf(fileOf(bytes))]);
  const failed = await until(engine, ({ state }) => state === 'failed');
  assert.equal(failed.problem?.kind, 'gone');
  engine.retry(failed.id);
  await until(engine, ({ state }) => state === 'checking');
  assert.ok([...server.uploads.values()][0]?.bytes.equals(bytes));
});

test('follows what the server tells: durable and verified bytes, checking, the end', async (t) => {
  const { engine } = await setUp(t);
  engine.add([orderOf(fileOf(randomBytes(MiB)))]);
  await until(engine, ({ state }) => state === 'checking');
  engine.applyView({ ...viewOf('u1', MiB, MiB), state: 'checking', verified_bytes: MiB / 2 });
  assert.equal(engine.getTasks()[0]?.verifiedBytes, MiB / 2);
  engine.applyView({ ...viewOf('u1', MiB, MiB), state: 'done' });
  assert.equal(engine.getTasks()[0]?.state, 'done');
  engine.dismiss(engine.getTasks()[0]?.id ?? '');
  assert.deepEqual(engine.getTasks(), []);
});

test('fails with the words of the server when the whole file does not have the expected hash', async (t) => {
  const { server, engine } = await setUp(t);
  engine.add([orderOf(fileOf(randomBytes(MiB)))]);
  await until(engine, ({ state }) => state === 'checking');
  engine.applyView({
    ...viewOf('u1', MiB, MiB),
    state: 'failed',
    error: 'The SHA-512 differs.',
    remedy: 'Fetch it again.',
  });
  const task = engine.getTasks()[0];
  assert.equal(task?.state, 'failed');
  assert.equal(task?.problem?.detail, 'The SHA-512 differs.');
  assert.equal(task?.problem?.remedy, 'Fetch it again.');
  engine.retry(task?.id ?? '');
  const again = await until(engine, ({ state, uploadId }) => state === 'checking' && uploadId !== 'u1');
  assert.equal(again.problem, null);
  await waitFor(() => !server.uploads.has('u1'));
});

test('asks how an upload ended that was complete and is no longer listed; an incomplete one was removed', async (t) => {
  let state: UploadView['state'] = 'checking';
  const { server, engine } = await setUp(t, {
    findUpload: async (id) => ({ ...viewOf(id, MiB, MiB), state }),
  });
  server.intercept = (request) => request.method === 'PATCH' && request.url === '/api/uploads/u2';
  engine.add([orderOf(fileOf(randomBytes(MiB)))]);
  await until(engine, ({ state }) => state === 'checking');
  engine.applyList([]);
  state = 'done';
  engine.applyList([]);
  await until(engine, (task) => task.state === 'done');
  engine.add([orderOf(fileOf(randomBytes(MiB), 'second.raw'))]);
  await until(engine, ({ uploadId }) => uploadId === 'u2', 1);
  engine.applyGone('u2');
  assert.equal(engine.getTasks()[1]?.state, 'failed');
  assert.equal(engine.getTasks()[1]?.problem?.kind, 'gone');
});

test('takes a line on which nothing moves for dead and opens another', async (t) => {
  const { server, engine } = await setUp(t, { stallMilliseconds: 200 });
  const bytes = randomBytes(MiB);
  cutThenSilence(server);
  engine.add([orderOf(fileOf(bytes))]);
  await until(engine, ({ state }) => state === 'checking');
  assert.ok(server.uploads.get('u1')?.bytes.equals(bytes));
});

/** The first PATCH is taken by nobody and never answered. */
function cutThenSilence(server: TestServer) {
  let first = true;
  server.intercept = (request) => {
    if (request.method !== 'PATCH' || !first) return false;
    first = false;
    return true;
  };
}

test('waits with the words of the server when one of its stores does not answer', async (t) => {
  const { server, engine } = await setUp(t);
  let silent = true;
  server.intercept = (request, response) => {
    if (request.method !== 'PATCH' || !silent) return false;
    request.resume();
    response.writeHead(503, { 'stowage-error': 'store_unavailable' });
    response.end(JSON.stringify({ detail: 'archive does not answer.' }));
    return true;
  };
  engine.add([orderOf(fileOf(randomBytes(MiB)))]);
  const task = await until(engine, ({ state }) => state === 'offline');
  assert.equal(task.problem?.detail, 'archive does not answer.');
  silent = false;
  assert.equal((await until(engine, ({ state }) => state === 'checking')).problem, null);
});
