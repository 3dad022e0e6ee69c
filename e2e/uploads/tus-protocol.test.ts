import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test, { after, before, describe } from 'node:test';
import { crc32 } from 'node:zlib';
import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import { startServer, type TestServer } from '#e2e/support/server.ts';
import { signIn } from '#e2e/support/sign-in.ts';
import { createTusUpload, encodeMetadata, offsetOf, patch, randomFile, sha512, waitForImage } from './tus.ts';

const tus = { 'tus-resumable': '1.0.0' };

describe('tus 1.0.0', () => {
  let server: TestServer;
  let client: HttpClient;
  const endings: (() => void | Promise<void>)[] = [];
  after(async () => {
    for (const end of endings.reverse()) await end();
  });
  before(async () => {
    server = await startServer({ after: (end) => void endings.push(end) });
    client = httpClient(server.url, { 'x-auth-token': await signIn(server) });
  });

  test('tells its version, extensions and checksum algorithms to anybody', async () => {
    const answer = await httpClient(server.url).send('OPTIONS', '/api/uploads');
    assert.equal(answer.status, 204);
    assert.equal(answer.headers.get('tus-version'), '1.0.0');
    const extensions = answer.headers.get('tus-extension')?.split(',').sort();
    assert.deepEqual(extensions, [
      'checksum',
      'creation',
      'creation-defer-length',
      'creation-with-upload',
      'expiration',
      'termination',
    ]);
    assert.match(answer.headers.get('tus-checksum-algorithm') ?? '', /sha1/);
  });

  test('needs a caller', async () => {
    const answer = await httpClient(server.url).send('POST', '/api/uploads', {
      headers: { ...tus, 'upload-length': '1' },
    });
    assert.equal(answer.status, 401);
  });

  test('refuses a request without Tus-Resumable with 412', async () => {
    const answer = await client.send('POST', '/api/uploads', { headers: { 'upload-length': '1' } });
    assert.equal(answer.status, 412);
  });

  test('creates, answers the image id and the expiry, takes bytes and activates the image', async () => {
    const file = randomFile(3_000_000);
    const upload = await createTusUpload(client, file.byteLength, { name: 'three megabytes' });
    const half = await patch(client, upload, 0, file.subarray(0, 1_000_000));
    assert.equal(half.status, 204);
    assert.equal(half.headers.get('upload-offset'), '1000000');
    assert.ok(Date.parse(half.headers.get('upload-expires') ?? '') > Date.now());
    const rest = await patch(client, upload, 1_000_000, file.subarray(1_000_000));
    assert.equal(rest.status, 204);
    assert.equal(rest.headers.get('upload-offset'), '3000000');
    const image = await waitForImage(client, upload.imageId);
    assert.equal(image.sha512, sha512(file));
    assert.equal(image.md5, createHash('md5').update(file).digest('hex'));
    assert.equal(image.disk_format, 'raw');
    assert.deepEqual(
      image.locations.map(({ store, state, bytes }) => ({ store, state, bytes })),
      [{ store: 'fast', state: 'active', bytes: 3_000_000 }],
    );
    const read = await client.send('GET', `/image/v2/images/${upload.imageId}/file`);
    assert.equal(sha512(new Uint8Array(await read.arrayBuffer())), sha512(file));
  });

  test('goes to several stores at once', async () => {
    const file = randomFile(2_100_000);
    const upload = await createTusUpload(client, file.byteLength, { name: 'two', stores: 'fast,archive' });
    assert.equal((await patch(client, upload, 0, file)).status, 204);
    const image = await waitForImage(client, upload.imageId);
    assert.deepEqual(image.locations.map(({ store, state }) => `${store} ${state}`).sort(), [
      'archive active',
      'fast active',
    ]);
    assert.ok(image.locations.every(({ verified_at }) => verified_at !== null));
  });

  test('HEAD gives offset, length and metadata, and must not be cached', async () => {
    const upload = await createTusUpload(client, 10, { name: 'head' });
    const answer = await client.send('HEAD', upload.path, { headers: tus });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('upload-offset'), '0');
    assert.equal(answer.headers.get('upload-length'), '10');
    assert.equal(answer.headers.get('upload-metadata'), encodeMetadata({ name: 'head' }));
    assert.match(answer.headers.get('cache-control') ?? '', /no-store/);
  });

  test('a wrong offset is 409 and changes nothing', async () => {
    const upload = await createTusUpload(client, 100);
    for (const offset of [1, 50, 100, 101])
      assert.equal((await patch(client, upload, offset, randomFile(1))).status, 409);
    assert.equal(await offsetOf(client, upload), 0);
  });

  test('a PATCH lacks nothing: offset 400, type 415', async () => {
    const upload = await createTusUpload(client, 100);
    const noOffset = await client.send('PATCH', upload.path, {
      headers: { ...tus, 'content-type': 'application/offset+octet-stream' },
      body: randomFile(5),
    });
    assert.equal(noOffset.status, 400);
    const noType = await client.send('PATCH', upload.path, {
      headers: { ...tus, 'upload-offset': '0' },
      body: randomFile(5),
    });
    assert.equal(noType.status, 415);
    assert.equal(await offsetOf(client, upload), 0);
  });

  test('needs exactly one of Upload-Length and Upload-Defer-Length: 1', async () => {
    const wrong: Record<string, string>[] = [
      {},
      { 'upload-length': '5', 'upload-defer-length': '1' },
      { 'upload-defer-length': '2' },
      { 'upload-length': '-1' },
      { 'upload-length': 'five' },
      { 'upload-length': '99999999999999999999' },
    ];
    for (const headers of wrong) {
      const answer = await client.send('POST', '/api/uploads', { headers: { ...tus, ...headers } });
      assert.equal(answer.status, 400, JSON.stringify(headers));
      await answer.body?.cancel();
    }
  });

  test('does not know concatenation', async () => {
    const answer = await client.send('POST', '/api/uploads', {
      headers: { ...tus, 'upload-length': '5', 'upload-concat': 'partial' },
    });
    assert.equal(answer.status, 400);
  });

  test('takes the length later, once, and not below what is there', async () => {
    const file = randomFile(50);
    const upload = await createTusUpload(client, 'deferred', { name: 'deferred' });
    assert.equal((await patch(client, upload, 0, file.subarray(0, 20))).status, 204);
    const head = await client.send('HEAD', upload.path, { headers: tus });
    assert.equal(head.headers.get('upload-defer-length'), '1');
    assert.equal((await patch(client, upload, 20, file.subarray(20), { 'upload-length': '10' })).status, 400);
    assert.equal(
      (await patch(client, upload, 20, file.subarray(20, 30), { 'upload-length': '50' })).status,
      204,
    );
    assert.equal((await patch(client, upload, 30, file.subarray(30), { 'upload-length': '60' })).status, 400);
    assert.equal((await patch(client, upload, 30, file.subarray(30))).status, 204);
    assert.equal((await waitForImage(client, upload.imageId)).sha512, sha512(file));
  });

  test('takes bytes with the creation', async () => {
    const file = randomFile(1_500_000);
    const answer = await client.send('POST', '/api/uploads', {
      headers: {
        ...tus,
        'upload-length': String(file.byteLength),
        'content-type': 'application/offset+octet-stream',
      },
      body: file,
    });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get('upload-offset'), String(file.byteLength));
    const image = await waitForImage(client, answer.headers.get('stowage-image-id') ?? '');
    assert.equal(image.sha512, sha512(file));
  });

  test('makes an empty image of an empty file', async () => {
    const upload = await createTusUpload(client, 0, { name: 'empty' });
    const image = await waitForImage(client, upload.imageId);
    assert.equal(image.size_bytes, 0);
    assert.equal(image.sha512, sha512(new Uint8Array()));
  });

  test('keeps nothing of a PATCH whose checksum is wrong, for every algorithm', async () => {
    const file = randomFile(10_000);
    for (const algorithm of ['sha1', 'sha256', 'sha512', 'md5']) {
      const upload = await createTusUpload(client, file.byteLength);
      const right = createHash(algorithm).update(file).digest('base64');
      const wrong = createHash(algorithm).update('other').digest('base64');
      assert.equal(
        (await patch(client, upload, 0, file, { 'upload-checksum': `${algorithm} ${wrong}` })).status,
        460,
      );
      assert.equal(await offsetOf(client, upload), 0);
      assert.equal(
        (await patch(client, upload, 0, file, { 'upload-checksum': `${algorithm} ${right}` })).status,
        204,
      );
    }
    const upload = await createTusUpload(client, file.byteLength);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(file));
    assert.equal(
      (await patch(client, upload, 0, file, { 'upload-checksum': `crc32 ${sum.toString('base64')}` })).status,
      204,
    );
  });

  test('a malformed or unknown checksum is 400 and nothing is written', async () => {
    const upload = await createTusUpload(client, 10);
    for (const checksum of ['sha3 AAAA', 'sha1', 'sha1 !!!!', 'sha1 AAAA', 'sha1  AAAA']) {
      assert.equal(
        (await patch(client, upload, 0, randomFile(10), { 'upload-checksum': checksum })).status,
        400,
        checksum,
      );
    }
    assert.equal(await offsetOf(client, upload), 0);
  });

  test('a PATCH with a checksum above 64 MiB is 413', async () => {
    const file = Buffer.alloc(64 * 1024 * 1024 + 1) as Buffer<ArrayBuffer>;
    const upload = await createTusUpload(client, file.byteLength);
    const checksum = `sha1 ${createHash('sha1').update(file).digest('base64')}`;
    const answer = await patch(client, upload, 0, file, { 'upload-checksum': checksum }).catch(() => null);
    // The server may close before it has read all that it will not take.
    if (answer !== null) assert.equal(answer.status, 413);
    assert.equal(await offsetOf(client, upload), 0);
  });

  test('a whole file that does not have the expected sha512 does not become an image, and says so', async () => {
    const file = randomFile(100_000);
    const upload = await createTusUpload(client, file.byteLength, {
      name: 'wrong hash',
      sha512: sha512(randomFile(3)),
    });
    const answer = await patch(client, upload, 0, file);
    assert.equal(answer.status, 460);
    assert.match(await answer.text(), /was expected/);
    const image = await waitForImage(client, upload.imageId, () => true);
    assert.equal(image.status, 'queued');
    const shown = await client.json<{ state: string; error: string }>(
      'GET',
      `/api/v1${upload.path.replace('/api', '')}`,
      200,
    );
    assert.equal(shown.state, 'failed');
    assert.match(shown.error, /expected/);
  });

  test('takes the expected sha512', async () => {
    const file = randomFile(100_000);
    const upload = await createTusUpload(client, file.byteLength, { sha512: sha512(file).toUpperCase() });
    assert.equal((await patch(client, upload, 0, file)).status, 204);
    assert.equal((await waitForImage(client, upload.imageId)).status, 'active');
  });

  test('appends zeros without their bytes', async () => {
    const data = randomFile(1000);
    const zeros = 200 * 1024 * 1024;
    const upload = await createTusUpload(client, data.byteLength + zeros);
    assert.equal((await patch(client, upload, 0, data)).status, 204);
    assert.equal(
      (await patch(client, upload, data.byteLength, undefined, { 'stowage-zeros': String(zeros) })).status,
      204,
    );
    const hash = createHash('sha512').update(data);
    for (let i = 0; i < 200; i++) hash.update(Buffer.alloc(1024 * 1024));
    assert.equal((await waitForImage(client, upload.imageId)).sha512, hash.digest('hex'));
  });

  test('Stowage-Zeros with a body, of nothing or beyond the end is refused', async () => {
    const upload = await createTusUpload(client, 100);
    assert.equal((await patch(client, upload, 0, randomFile(5), { 'stowage-zeros': '5' })).status, 400);
    assert.equal((await patch(client, upload, 0, undefined, { 'stowage-zeros': '0' })).status, 400);
    assert.equal((await patch(client, upload, 0, undefined, { 'stowage-zeros': '101' })).status, 413);
    assert.equal(await offsetOf(client, upload), 0);
  });

  test('termination removes upload and image; afterwards both are 404', async () => {
    const upload = await createTusUpload(client, 100, { name: 'given up' });
    await patch(client, upload, 0, randomFile(40));
    assert.equal((await client.send('DELETE', upload.path, { headers: tus })).status, 204);
    assert.equal((await client.send('HEAD', upload.path, { headers: tus })).status, 404);
    assert.equal((await patch(client, upload, 40, randomFile(60))).status, 404);
    assert.equal((await client.send('GET', `/api/v1/images/${upload.imageId}`)).status, 404);
  });

  test('more bytes than declared are refused and the rest is kept out', async () => {
    const upload = await createTusUpload(client, 10);
    assert.equal((await patch(client, upload, 0, randomFile(11))).status, 413);
    assert.equal(await offsetOf(client, upload), 0);
  });

  test('a finished upload takes no more and says that it is complete', async () => {
    const upload = await createTusUpload(client, 10);
    assert.equal((await patch(client, upload, 0, randomFile(10))).status, 204);
    assert.equal(await offsetOf(client, upload), 10);
    assert.ok([403, 409, 413].includes((await patch(client, upload, 10, randomFile(1))).status));
  });

  test('names the metadata that is wrong, and makes nothing', async () => {
    const wrong: [string, RegExp][] = [
      [encodeMetadata({ stores: 'nowhere' }), /nowhere/],
      [encodeMetadata({ store: 'fast' }), /store is not known/],
      [encodeMetadata({ status: 'active' }), /status is not known/],
      [encodeMetadata({ owner: 'x' }), /owner is not known/],
      [encodeMetadata({ 'property:os_glance_stage_host': 'x' }), /kept by Stowage/],
      [encodeMetadata({ sha512: 'abc' }), /128 hexadecimal/],
      [encodeMetadata({ protected: 'perhaps' }), /true or false/],
      [encodeMetadata({ name: 'a\0b' }), /NUL/],
      [encodeMetadata({ name: 'x'.repeat(256) }), /name/],
      [encodeMetadata({ image_id: 'not-a-uuid' }), /image_id/],
      ['name !!!!', /Upload-Metadata/i],
      ['name QQ==,name QQ==', /Upload-Metadata/i],
      [`name ${Buffer.from([0xff, 0xfe, 0xfd]).toString('base64')}`, /UTF-8/],
    ];
    const before = await client.json<{ uploads: unknown[] }>('GET', '/api/v1/uploads', 200);
    for (const [metadata, message] of wrong) {
      const answer = await client.send('POST', '/api/uploads', {
        headers: { ...tus, 'upload-length': '5', 'upload-metadata': metadata },
      });
      assert.equal(answer.status, 400, metadata);
      assert.match(await answer.text(), message);
    }
    const afterwards = await client.json<{ uploads: unknown[] }>('GET', '/api/v1/uploads', 200);
    assert.equal(afterwards.uploads.length, before.uploads.length);
  });

  test('two at once: one is taken, the other is told to look again, and no byte is there twice', async () => {
    const file = randomFile(8_000_000);
    const upload = await createTusUpload(client, file.byteLength);
    const answers = await Promise.all([patch(client, upload, 0, file), patch(client, upload, 0, file)]);
    const statuses = answers.map((answer) => answer.status).sort();
    assert.ok(
      statuses.includes(204) || statuses.every((status) => status === 409 || status === 423),
      String(statuses),
    );
    const offset = await offsetOf(client, upload);
    if (offset < file.byteLength)
      assert.equal((await patch(client, upload, offset, file.subarray(offset))).status, 204);
    assert.equal((await waitForImage(client, upload.imageId)).sha512, sha512(file));
  });
});
