import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MiB } from '#lib/contract/limits.ts';
import { create, endedTask, images as imagesPath, putStaged } from '#e2e/openstack/stage.ts';
import { startSwift, type TestSwift } from '#e2e/servers/swift.ts';
import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import { startServer, type TestServer } from '#e2e/support/server.ts';
import { signIn } from '#e2e/support/sign-in.ts';
import { temporaryDirectory, type Cleanup } from '#e2e/support/temporary-directory.ts';
import { Random } from '#e2e/torture/random.ts';
import { settle } from '#e2e/torture/settle.ts';
import { createTusUpload, offsetOf, patch, randomFile, sha512, waitForImage } from '#e2e/uploads/tus.ts';
import { changeBehind, imagesIn, objectStoresConfig, remaining } from './stores.ts';

const started = await startSwift();
const swift: TestSwift | null = started.ok ? started.server : null;
const skip = started.ok ? false : started.reason;
/** Servers are started within tests and hooks, and end with the file. */
const endings: (() => void | Promise<void>)[] = [];
const cleanup: Cleanup = { after: (done) => void endings.unshift(done) };
after(async () => {
  for (const end of endings) await end();
});
const directory = temporaryDirectory(cleanup);
cleanup.after(() => swift?.remove());

async function clientOf(server: TestServer): Promise<HttpClient> {
  return httpClient(server.url, { 'x-auth-token': await signIn(server) });
}

describe('a Stowage with directories, S3 and Swift', { skip }, () => {
  let server: TestServer;
  let client: HttpClient;
  const begin = async () => {
    const config = `staging_store: s3\n${objectStoresConfig(swift)}`;
    server = await startServer(cleanup, { directory, config });
    client = await clientOf(server);
  };
  before(begin);

  test('copies directory → S3 → Swift → directory, and the bytes are the same', async () => {
    const bytes = randomFile(37 * MiB + 123);
    const record = { name: 'chain', disk_format: 'raw', container_format: 'bare' };
    const { id } = await client.json<{ id: string }>('POST', '/image/v2/images', 201, record);
    const put = { body: bytes, headers: { 'content-type': 'application/octet-stream' } };
    assert.equal((await client.send('PUT', `/image/v2/images/${id}/file`, put)).status, 204);
    let from = 'fast';
    for (const store of ['s3', 'swift', 'back']) {
      await client.json('POST', `/api/v1/images/${id}/copies`, 202, { stores: [store], move_from: from });
      await waitForImage(
        client,
        id,
        ({ locations }) =>
          locations.length === 1 && locations[0]?.store === store && locations[0].verified_at !== null,
        120_000,
      );
      from = store;
    }
    const answer = await client.send('GET', `/image/v2/images/${id}/file`);
    assert.equal(sha512(new Uint8Array(await answer.arrayBuffer())), sha512(bytes));
    assert.equal((await client.send('DELETE', `/image/v2/images/${id}`)).status, 204);
    await settle(client);
    assert.deepEqual(await remaining(swift), [], 'both object stores are empty');
  });

  const bytes = randomFile(13 * MiB + 7);
  const images: string[] = [];
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  const random = new Random(seed);
  const restart = async () => {
    await server.kill();
    await begin();
  };

  for (const stores of ['swift', 's3,swift']) {
    test(`goes on with an upload into ${stores} after kill -9`, async (context) => {
      context.diagnostic(`seed ${seed}`);
      const metadata = { name: 'killed', stores, disk_format: 'raw' };
      const upload = await createTusUpload(client, bytes.length, metadata);
      images.push(upload.imageId);
      let offset = 0;
      for (let attempt = 0; offset < bytes.length; attempt++) {
        let said = '';
        const sending = patch(client, upload, offset, bytes.subarray(offset))
          .then(async (answer) => (said = `${answer.status} ${await answer.text()}`))
          // Killed in the middle.
          .catch((error: unknown) => (said = String(error)));
        if (attempt === 0) {
          await Promise.race([sending, sleep(random.between(30, 900))]);
          await restart();
        }
        await sending;
        offset = await offsetOf(client, upload);
        assert.ok(attempt < 4, `${offset} bytes after ${attempt} attempts: ${said}\n${server.output()}`);
      }
      const image = await waitForImage(client, upload.imageId, undefined, 60_000);
      assert.equal(image.sha512, sha512(bytes));
    });
  }

  test('goes on with copies after kill -9', async () => {
    const [first = ''] = images;
    await client.json('POST', `/api/v1/images/${first}/copies`, 202, { stores: ['s3', 'back'] });
    await sleep(random.between(30, 600));
    await restart();
    await waitForImage(
      client,
      first,
      ({ locations }) => locations.filter(({ state }) => state === 'active').length === 3,
      120_000,
    );
    const answer = await client.send('GET', `/image/v2/images/${first}/file`);
    assert.equal(sha512(new Uint8Array(await answer.arrayBuffer())), sha512(bytes));
  });

  test('imports into Swift and a directory what another process had staged in S3', async () => {
    const { id } = await create(client);
    assert.equal((await putStaged(client, id, bytes)).status, 204);
    await restart();
    assert.deepEqual((await imagesIn(swift, 'images-s3')).count, 3, 'two images, and what is staged');
    const body = { method: { name: 'glance-direct' }, stores: ['swift', 'back'] };
    await client.json('POST', `${imagesPath}/${id}/import`, 202, body);
    assert.equal((await endedTask(client, id)).status, 'success');
    const image = await waitForImage(client, id, ({ locations }) => locations.length === 2);
    assert.deepEqual([image.status, image.sha512], ['active', sha512(bytes)]);
    assert.deepEqual(image.locations.map(({ store }) => store).toSorted(), ['back', 'swift']);
    const answer = await client.send('GET', `/image/v2/images/${id}/file?prefer=swift`);
    assert.equal(sha512(new Uint8Array(await answer.arrayBuffer())), sha512(bytes));
    images.push(id);
  });

  test('tells of each object store as many images and bytes as lie there', async () => {
    for (const [store, count] of [
      ['s3', 2],
      ['swift', 3],
    ] as const) {
      const told = await client.json<Record<string, unknown>>('GET', `/api/v1/stores/${store}`, 200);
      const expected = { count, bytes: count * bytes.length };
      assert.deepEqual({ count: told['image_count'], bytes: told['stored_bytes'] }, expected, store);
      assert.deepEqual(await imagesIn(swift, `images-${store}`), expected, store);
    }
  });

  test('serves nothing of a copy that was altered behind its back, and names it', async () => {
    const [first = ''] = images;
    await changeBehind(swift, 'images-swift_segments', new RegExp(`^${first}.*/0`), 4 * MiB);
    const answer = await client.send('GET', `/image/v2/images/${first}/file?prefer=swift`);
    assert.equal(sha512(new Uint8Array(await answer.arrayBuffer())), sha512(bytes));
    await waitForImage(client, first, ({ locations }) =>
      locations.some(({ store, state }) => store === 'swift' && state === 'corrupt'),
    );
  });

  test('leaves no stray segment, part or open multipart upload after kill -9 in removals', async () => {
    const [first = '', second = '', third = ''] = images;
    const removal = client.send('DELETE', `/image/v2/images/${second}`).catch(() => undefined);
    await sleep(random.between(0, 100));
    await restart();
    await removal;
    for (const id of [first, second, third]) await client.send('DELETE', `/image/v2/images/${id}`);
    assert.deepEqual(await settle(client), []);
    assert.deepEqual(await remaining(swift), [], 'in both object stores');
  });
});
