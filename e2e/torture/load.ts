import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpClient } from '#e2e/support/http.ts';
import { createTusUpload, offsetOf, patch } from '#e2e/uploads/tus.ts';
import type { Random } from './random.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** What we know of an image because the server has said so. */
export interface KnownImage {
  id: string;
  sha512: string;
  /** The server has acknowledged it; only then it must be there. */
  isAcknowledged: boolean;
  /** We have asked for its deletion; from then on it may be there or not. */
  isDeleted: boolean;
}

export interface World {
  random: Random;
  stores: readonly string[];
  images: KnownImage[];
  /** What broke a promise, in words. */
  broken: string[];
  counts: Map<string, number>;
  say(line: string): void;
  /** The server as it is now; another one after each kill. */
  client(): HttpClient;
  /** Resolves when a server is there (again). */
  ready(): Promise<void>;
}

/** One of several that work beside each other until told to stop. Requests that a kill cuts off are part of it. */
export async function workUntil(world: World, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await world.ready();
    const [name, work] = choose(world);
    try {
      await work(world);
      world.counts.set(name, (world.counts.get(name) ?? 0) + 1);
    } catch (error) {
      // The server is gone, or was about to go. What it had promised is looked at in the end.
      const isCut = error instanceof TypeError || /was answered 5\d\d|\b5\d\d !== /.test(String(error));
      const outcome = isCut ? 'cut off' : 'refused';
      world.counts.set(`${name} (${outcome})`, (world.counts.get(`${name} (${outcome})`) ?? 0) + 1);
      if (!isCut) world.say(`${name} was refused: ${String(error).slice(0, 300)}`);
      await sleep(50);
    }
  }
}

function choose({ random }: World): [string, (world: World) => Promise<void>] {
  const roll = random.next();
  if (roll < 0.2) return ['put', putImage];
  if (roll < 0.4) return ['tus', uploadByTus];
  if (roll < 0.65) return ['copy', copyImage];
  if (roll < 0.75) return ['steer', steerTransfer];
  if (roll < 0.85) return ['remove a copy', removeCopy];
  if (roll < 0.92) return ['delete', deleteImage];
  return ['download', downloadImage];
}

function newBytes({ random }: World): { bytes: Buffer<ArrayBuffer>; sha512: string } {
  const size = random.next() < 0.7 ? random.between(1, 512 * KiB) : random.between(1 * MiB, 24 * MiB);
  const bytes = random.bytes(size);
  return { bytes, sha512: createHash('sha512').update(bytes).digest('hex') };
}

export async function putImage(world: World): Promise<void> {
  const { bytes, sha512 } = newBytes(world);
  const client = world.client();
  const { id } = await client.json<{ id: string }>('POST', '/image/v2/images', 201, {
    name: `torture ${sha512.slice(0, 8)}`,
    disk_format: 'raw',
    container_format: 'bare',
  });
  const image = { id, sha512, isAcknowledged: false, isDeleted: false };
  world.images.push(image);
  const answer = await client.send('PUT', `/image/v2/images/${id}/file`, {
    body: bytes,
    headers: {
      'content-type': 'application/octet-stream',
      'x-image-meta-store': world.random.pick(world.stores) ?? '',
    },
  });
  const text = await answer.text();
  if (answer.status === 204) image.isAcknowledged = true;
  else throw new Error(`PUT was answered ${answer.status}: ${text}`);
}

/** In parts, over as many lives of the server as it takes. */
async function uploadByTus(world: World): Promise<void> {
  const { random } = world;
  const { bytes, sha512 } = newBytes(world);
  const stores = world.stores.filter(() => random.next() < 0.5);
  const upload = await createTusUpload(world.client(), bytes.length, {
    name: `torture ${sha512.slice(0, 8)}`,
    disk_format: 'raw',
    stores: (stores.length > 0 ? stores : world.stores.slice(0, 1)).join(','),
    sha512,
  });
  const image = { id: upload.imageId, sha512, isAcknowledged: false, isDeleted: false };
  world.images.push(image);
  let acknowledged = 0;
  for (let attempt = 0; attempt < 60; attempt += 1) {
    await world.ready();
    try {
      const offset = await offsetOf(world.client(), upload);
      if (offset < acknowledged) {
        world.broken.push(`upload ${upload.path} fell from ${acknowledged} to ${offset}`);
      }
      acknowledged = offset;
      if (offset === bytes.length) {
        image.isAcknowledged = true;
        return;
      }
      const length = Math.min(bytes.length - offset, random.between(64 * KiB, 8 * MiB));
      const answer = await patch(world.client(), upload, offset, bytes.subarray(offset, offset + length));
      await answer.body?.cancel();
      if (answer.status === 204) acknowledged = Number(answer.headers.get('upload-offset'));
    } catch {
      await sleep(200);
    }
  }
}

async function copyImage(world: World): Promise<void> {
  const { random } = world;
  const image = random.pick(world.images.filter((known) => known.isAcknowledged && !known.isDeleted));
  if (image === undefined) return;
  const client = world.client();
  const stores = world.stores.filter(() => random.next() < 0.6);
  if (stores.length === 0) return;
  const { locations } = await client.json<{ locations: { store: string; state: string }[] }>(
    'GET',
    `/api/v1/images/${image.id}`,
    200,
  );
  const movable = locations.filter(({ store, state }) => state === 'active' && !stores.includes(store));
  const moveFrom = random.next() < 0.4 ? random.pick(movable)?.store : undefined;
  const answer = await client.send('POST', `/api/v1/images/${image.id}/copies`, {
    body: JSON.stringify({ stores, ...(moveFrom === undefined ? {} : { move_from: moveFrom }) }),
    headers: { 'content-type': 'application/json' },
  });
  await answer.body?.cancel();
  world.counts.set(`copy ${answer.status}`, (world.counts.get(`copy ${answer.status}`) ?? 0) + 1);
}

async function steerTransfer(world: World): Promise<void> {
  const client = world.client();
  const { transfers } = await client.json<{ transfers: { id: string; state: string }[] }>(
    'GET',
    '/api/v1/transfers?state=open',
    200,
  );
  const transfer = world.random.pick(transfers);
  if (transfer === undefined) return;
  const verb = transfer.state === 'paused' ? 'resume' : world.random.pick(['pause', 'cancel', 'pause']);
  const answer = await client.send('POST', `/api/v1/transfers/${transfer.id}/${verb}`);
  await answer.body?.cancel();
}

async function removeCopy(world: World): Promise<void> {
  const image = world.random.pick(world.images.filter((known) => known.isAcknowledged && !known.isDeleted));
  const store = world.random.pick(world.stores);
  if (image === undefined) return;
  const answer = await world.client().send('DELETE', `/api/v1/images/${image.id}/locations/${store}`);
  await answer.body?.cancel();
}

async function deleteImage(world: World): Promise<void> {
  const image = world.random.pick(world.images.filter((known) => !known.isDeleted));
  if (image === undefined) return;
  // Also when the answer does not come any more: it may have been done.
  image.isDeleted = true;
  const answer = await world.client().send('DELETE', `/image/v2/images/${image.id}`);
  await answer.body?.cancel();
}

async function downloadImage(world: World): Promise<void> {
  const image = world.random.pick(world.images.filter((known) => known.isAcknowledged && !known.isDeleted));
  if (image === undefined) return;
  const answer = await world.client().send('GET', `/image/v2/images/${image.id}/file`);
  if (answer.status !== 200) {
    await answer.body?.cancel();
    if (!image.isDeleted && answer.status < 500) {
      world.broken.push(`image ${image.id} was acknowledged, and its download is answered ${answer.status}`);
    }
    return;
  }
  // A body that is cut off by a kill rejects; what comes whole must be right.
  const sha512 = createHash('sha512')
    .update(Buffer.from(await answer.arrayBuffer()))
    .digest('hex');
  if (sha512 !== image.sha512) world.broken.push(`image ${image.id} was downloaded with other bytes`);
}
