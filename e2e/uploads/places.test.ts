/** What becomes of images when the place of a store is full, or is not there. Needs root, for mounts. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { httpClient, type HttpClient } from '#e2e/support/http.ts';
import { startServer } from '#e2e/support/server.ts';
import { signIn } from '#e2e/support/sign-in.ts';
import { temporaryDirectory } from '#e2e/support/temporary-directory.ts';
import type { TransferView } from '#lib/contract/transfers.ts';
import { mountSmall } from '#lib/stores/drivers/filesystem/testing.ts';
import { MiB } from '#lib/contract/limits.ts';
import { createTusUpload, offsetOf, patch, randomFile, sha512, waitForImage } from './tus.ts';

const fill = { headers: { 'content-type': 'application/octet-stream' } };

async function createImage(client: HttpClient): Promise<string> {
  const image = { name: 'put', disk_format: 'raw', container_format: 'bare' };
  return (await client.json<{ id: string }>('POST', '/image/v2/images', 201, image)).id;
}

function put(client: HttpClient, id: string, body: Buffer<ArrayBuffer>, store: string): Promise<Response> {
  // A stream has no length that could be refused beforehand.
  const stream = new Blob([body]).stream();
  const headers = { ...fill.headers, 'x-image-meta-store': store };
  return client.send('PUT', `/image/v2/images/${id}/file`, {
    body: stream,
    headers,
    duplex: 'half',
  } as RequestInit);
}

const configOf = (stores: Record<string, string>): string =>
  `default_store: fast\nstores:\n${Object.entries(stores)
    .map(([id, place]) => `  - id: ${id}\n    driver: filesystem\n    options: { path: ${place} }\n`)
    .join('')}`;

/** Objects and unfinished ones, without the marker. */
const objectsIn = (place: string) => readdirSync(place).filter((name) => !name.startsWith('.stowage-'));

async function waitFor<Value>(
  ask: () => Promise<Value> | Value,
  isSo: (value: Value) => boolean,
): Promise<Value> {
  for (const deadline = performance.now() + 20_000; ;) {
    const value = await ask();
    if (isSo(value)) return value;
    if (performance.now() > deadline) assert.fail(`it is still ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('a disk that is full stops uploads and copies, and they go on when there is room again', async (t) => {
  const mounted = await mountSmall('tmpfs', 24);
  if ('reason' in mounted) return t.skip(mounted.reason);
  t.after(() => mounted.unmount());
  const small = path.join(mounted.path, 'store');
  const filler = path.join(mounted.path, 'filler');
  const server = await startServer(t, { config: configOf({ fast: 'data/fast', small }) });
  const client = httpClient(server.url, { 'x-auth-token': await signIn(server) });
  const transfer = (id: string) => client.json<TransferView>('GET', `/api/v1/transfers/${id}`, 200);

  const queued = await createImage(client);
  const refused = await put(client, queued, randomFile(32 * MiB), 'small');
  assert.equal(refused.status, 413);
  assert.match(await refused.text(), /small is full/);
  assert.equal(
    (await client.json<{ status: string }>('GET', `/image/v2/images/${queued}`, 200)).status,
    'queued',
  );
  await waitFor(
    () => objectsIn(small),
    (names) => names.length === 0,
  );

  const file = randomFile(16 * MiB);
  const upload = await createTusUpload(client, 'deferred', { stores: 'small' });
  assert.equal((await patch(client, upload, 0, file.subarray(0, 6 * MiB))).status, 204);
  writeFileSync(filler, Buffer.alloc(12 * MiB, 1));
  const stopped = await patch(client, upload, 6 * MiB, file.subarray(6 * MiB));
  assert.equal(stopped.status, 507);
  const { detail, remedy } = (await stopped.json()) as Record<string, string>;
  assert.match(`${detail} ${remedy}`, /small is full\. Free some space there and go on/);
  const offset = await offsetOf(client, upload);
  assert.ok(offset >= 6 * MiB && offset < 16 * MiB, `it stands at ${offset}`);
  rmSync(filler);
  const length = { 'upload-length': String(file.length) };
  assert.equal((await patch(client, upload, offset, file.subarray(offset), length)).status, 204);
  assert.equal((await waitForImage(client, upload.imageId)).sha512, sha512(file));

  const other = await createImage(client);
  const bytes = randomFile(12 * MiB);
  assert.equal((await put(client, other, bytes, 'fast')).status, 204);
  const body = { stores: ['small'] };
  const copies = `/api/v1/images/${other}/copies`;
  const { transfers } = await client.json<{ transfers: TransferView[] }>('POST', copies, 202, body);
  const id = transfers[0]?.id ?? '';
  const failed = await waitFor(
    () => transfer(id),
    ({ state }) => state === 'failed',
  );
  assert.match(`${failed.error} ${failed.remedy}`, /no space left.* Free some space there and try again/);
  await client.json('DELETE', `/image/v2/images/${upload.imageId}`, 204);
  await waitFor(
    () => objectsIn(small),
    (names) => names.every((name) => name.includes(other)),
  );
  await client.json('POST', `/api/v1/transfers/${id}/retry`, 200);
  await waitFor(
    () => transfer(id),
    ({ state }) => state === 'done',
  );
  const copy = await waitForImage(client, other, ({ locations }) => locations.length === 2);
  assert.deepEqual(
    copy.locations.map(({ state }) => state),
    ['active', 'active'],
  );
});

test('a mount point without its mount is neither filled nor read, and comes back by itself', async (t) => {
  const probe = await mountSmall('tmpfs', 1);
  if ('reason' in probe) return t.skip(probe.reason);
  await probe.unmount();
  let mounted: string | null = null;
  const unmount = () => {
    if (mounted !== null) execFileSync('umount', [mounted]);
    mounted = null;
  };
  // First of all: what is mounted cannot be removed.
  t.after(unmount);
  const root = temporaryDirectory(t);
  const disk = path.join(root, 'disk');
  const place = path.join(root, 'point');
  for (const directory of [disk, place]) mkdirSync(directory);
  const mount = () => {
    execFileSync('mount', ['--bind', disk, place]);
    mounted = place;
  };
  mount();
  const server = await startServer(t, { config: configOf({ fast: 'data/fast', attached: place }) });
  const client = httpClient(server.url, { 'x-auth-token': await signIn(server) });
  const bytes = randomFile(MiB);
  const image = await createImage(client);
  assert.equal((await put(client, image, bytes, 'attached')).status, 204);
  const upload = await createTusUpload(client, bytes.length, { stores: 'attached' });
  assert.equal((await patch(client, upload, 0, bytes.subarray(0, 1000))).status, 204);

  unmount();
  const [queued, again] = [await createImage(client), await createImage(client)];
  assert.equal((await put(client, queued, bytes, 'attached')).status, 503);
  assert.equal((await patch(client, upload, 1000, bytes.subarray(1000))).status, 503);
  const read = await client.send('GET', `/image/v2/images/${image}/file`);
  assert.equal(read.status, 503, await read.text());
  assert.deepEqual(readdirSync(place), []);
  assert.equal((await put(client, again, bytes, 'fast')).status, 204);

  mount();
  await client.json('POST', '/api/v1/stores/attached/check', 200);
  const states = () => client.json<{ stores: { id: string; state: string }[] }>('GET', '/api/v1/stores', 200);
  await waitFor(states, ({ stores }) => stores.every(({ state }) => state === 'in-service'));
  const whole = await client.send('GET', `/image/v2/images/${image}/file`);
  assert.ok(Buffer.from(await whole.arrayBuffer()).equals(bytes));
  assert.equal((await patch(client, upload, 1000, bytes.subarray(1000))).status, 204);
  assert.equal((await waitForImage(client, upload.imageId)).sha512, sha512(bytes));
});
