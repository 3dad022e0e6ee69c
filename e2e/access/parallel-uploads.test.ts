/** Two hundred uploads at once against a limit with room for twenty, over every way that bytes come in. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { makeTestDatabase } from '#lib/db/test-support.ts';
import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import { startServer } from '#e2e/support/server.ts';
import { signIn } from '#e2e/support/sign-in.ts';
import { temporaryDirectory } from '#e2e/support/temporary-directory.ts';

const sizeBytes = 10_000;
const roomFor = 20;
const limit = roomFor * sizeBytes + sizeBytes - 1;
const file = randomBytes(sizeBytes);

interface Figures {
  figures: { store: string | null; name: string; used: number; limit: number | null }[];
}

const cleanups: (() => unknown)[] = [];
let client: HttpClient;

before(async () => {
  const cleanup = { after: (work: () => unknown) => void cleanups.push(work) };
  const directory = temporaryDirectory(cleanup);
  const database = await makeTestDatabase(directory);
  cleanups.push(() => database.drop());
  const server = await startServer(cleanup, {
    directory,
    config: `default_store: fast
stores:
  - { id: fast, driver: filesystem, options: { path: ${path.join(directory, 'fast')}, shared: true } }
`,
    env: { STOWAGE_DATABASE_URL: database.url },
  });
  client = httpClient(server.url, { 'x-auth-token': await signIn(server), accept: 'application/json' });
});

after(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
});

async function createImage(): Promise<string> {
  const body = { name: 'one of many', disk_format: 'raw', container_format: 'bare' };
  return (await client.json<{ id: string }>('POST', '/image/v2/images', 201, body)).id;
}

const bytes = { 'content-type': 'application/octet-stream' };

const ways: Record<string, () => Promise<Response>> = {
  'PUT with a length': async () =>
    client.send('PUT', `/image/v2/images/${await createImage()}/file`, { body: file, headers: bytes }),
  'PUT in chunks': async () => {
    const body = new Blob([file]).stream();
    const init = { body, headers: bytes, duplex: 'half' };
    return client.send('PUT', `/image/v2/images/${await createImage()}/file`, init);
  },
  'resumable upload': async () => {
    const tus = { 'tus-resumable': '1.0.0' };
    const created = await client.send('POST', '/api/uploads', {
      headers: {
        ...tus,
        'upload-length': String(sizeBytes),
        'upload-metadata': `name ${btoa('one of many')},disk_format ${btoa('raw')}`,
      },
    });
    const location = created.headers.get('location');
    if (created.status !== 201 || location === null) return created;
    await created.body?.cancel();
    const headers = { ...tus, 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' };
    return client.send('PATCH', new URL(location, 'http://here').pathname, { body: file, headers });
  },
};

async function figures(projectId: string): Promise<Map<string, number>> {
  const usage = await client.json<Figures>('GET', `/api/v1/projects/${projectId}/limits`, 200);
  return new Map(usage.figures.map(({ store, name, used }) => [`${name} ${store ?? ''}`.trim(), used]));
}

test('exactly twenty succeed, and never more is used than there may be', async () => {
  const { project } = await client.json<{ project: { id: string } }>('GET', '/api/v1/session', 200);
  await client.json('PUT', `/api/v1/projects/${project.id}/limits`, 200, { image_size_total: limit });
  let isOver = false;
  const most = (async () => {
    let seen = 0;
    while (!isOver) {
      seen = Math.max(seen, (await figures(project.id)).get('image_size_total') ?? 0);
      await delay(100);
    }
    return seen;
  })();
  const senders = Object.values(ways);
  const answers = await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const answer = await (senders[i % senders.length] as () => Promise<Response>)();
      return { status: answer.status, text: await answer.text() };
    }),
  );
  isOver = true;
  const refused = answers.filter(({ status }) => status !== 204);
  for (const { status, text } of refused) {
    assert.equal(status, 413, text);
    assert.match(text, /over its limit image_size_total: \d+ of 209999 bytes are used, and 10000 more/);
  }
  assert.equal(answers.length - refused.length, roomFor);
  assert.ok((await most) <= limit, `${await most} bytes were used at once`);
  const list = await client.json<{ images: { size: number }[] }>(
    'GET',
    '/image/v2/images?status=active&limit=1000',
    200,
  );
  assert.deepEqual(
    list.images.map(({ size }) => size),
    Array.from({ length: roomFor }, () => sizeBytes),
  );
  assert.equal((await figures(project.id)).get('image_size_total'), roomFor * sizeBytes);
  assert.equal((await figures(project.id)).get('image_count_uploading'), 0);
});

test('what is deleted makes room for as much again', async () => {
  const { images } = await client.json<{ images: { id: string }[] }>(
    'GET',
    '/image/v2/images?status=active&limit=3',
    200,
  );
  for (const { id } of images) await client.json('DELETE', `/image/v2/images/${id}`, 204);
  const statuses = [];
  for (const send of [...Object.values(ways), ...Object.values(ways)]) {
    const answer = await send();
    await answer.body?.cancel();
    statuses.push(answer.status);
  }
  assert.deepEqual(statuses, [204, 204, 204, 413, 413, 413]);
});

test('a project is told what it uses, as Glance tells it', async () => {
  const { usage } = await client.json<{ usage: Record<string, { usage: number; limit: number }> }>(
    'GET',
    '/image/v2/info/usage',
    200,
  );
  assert.deepEqual(usage['image_size_total'], { usage: 1, limit: 0 });
  assert.deepEqual(usage['image_count_uploading'], { usage: 0, limit: -1 });
});
