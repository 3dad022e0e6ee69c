import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Upload } from 'tus-js-client';
import { leaseSeconds } from '#lib/contract/limits.ts';
import { findBroken } from '#e2e/torture/invariants.ts';
import type { KnownImage } from '#e2e/torture/load.ts';
import { directoryPlace } from '#e2e/torture/places.ts';
import { Random } from '#e2e/torture/random.ts';
import { postgresRows } from '#e2e/torture/rows.ts';
import { settle } from '#e2e/torture/settle.ts';
import { createTusUpload, sha512 } from '#e2e/uploads/tus.ts';
import { statusOf, waitFor } from '#e2e/support/wait.ts';
import { requireCluster, startCluster, type Cluster } from './cluster.ts';
import type { Process } from './process.ts';
import { killAtRandom } from './unrest.ts';

const MB = 1_000_000;
/** Somebody else has what a worker held that was frozen for so long. */
const longerThanLeaseMilliseconds = (leaseSeconds + 4) * 1000;
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const stores = ['fast', 'archive', 'tape'] as const;
const requirement = await requireCluster();
const skip = requirement.ok ? false : requirement.reason;
const cluster = requirement.ok
  ? await startCluster(test, { webs: 3, workers: 2, webTransfers: false, stores })
  : ({} as Cluster);
const rows = requirement.ok ? postgresRows(cluster.databaseUrl) : null;
const images: KnownImage[] = [];

/** Through the balancer, over as many lives of the replicas as it takes. */
async function uploadByTus(
  bytes: Buffer,
  metadata: Record<string, string>,
  broken: string[],
): Promise<KnownImage> {
  const hash = sha512(bytes);
  // By ourselves: this client begins anew, with another upload, when its HEAD is answered 502.
  const { value: created } = await waitFor(
    'an upload is created',
    () =>
      createTusUpload(cluster.client, bytes.byteLength, {
        disk_format: 'raw',
        sha512: hash,
        ...metadata,
      }).catch(() => null),
    90_000,
  );
  const image = { id: created.imageId, sha512: hash, isAcknowledged: false, isDeleted: false };
  images.push(image);
  let acknowledged = 0;
  await new Promise<void>((resolve, reject) => {
    const upload = new Upload(bytes, {
      uploadUrl: cluster.url + created.path,
      headers: { 'x-auth-token': cluster.token },
      chunkSize: 2 * MB,
      retryDelays: Array.from({ length: 1_000 }, () => 200),
      onAfterResponse(_request, response) {
        const offset = Number(response.getHeader('Upload-Offset') ?? NaN);
        if (response.getStatus() >= 300 || Number.isNaN(offset)) return;
        if (offset < acknowledged) broken.push(`${created.path} fell from ${acknowledged} to ${offset}`);
        acknowledged = offset;
      },
      onSuccess: () => resolve(),
      onError: reject,
    });
    upload.start();
  });
  image.isAcknowledged = true;
  return image;
}

/** Whatever was promised is there, and nothing else is. */
async function assertWhole(broken: readonly string[]): Promise<void> {
  assert.ok(rows !== null);
  const unsettled = await settle(cluster.client, 'fast', 90, rows);
  const places = new Map([...cluster.places].map(([id, place]) => [id, directoryPlace(place)]));
  const found = await findBroken(rows, places, images);
  const all = [...broken, ...unsettled, ...found, ...cluster.surprises()];
  assert.deepEqual(all, [], `SEED=${seed}`);
}

/** How many transfers this process holds. */
async function heldBy({ pid }: Process): Promise<number> {
  const held = await rows?.all<{ count: number }>(
    `select count(*) as count from transfers where lease_holder like '${pid}/%'`,
  );
  return held?.[0]?.count ?? 0;
}

/** Asks for both copies of an image, until somebody has heard it: asked again, another one answers with the same. */
async function copy({ id }: KnownImage): Promise<void> {
  const request = {
    body: JSON.stringify({ stores: ['archive', 'tape'] }),
    headers: { 'content-type': 'application/json' },
  };
  const ask = async () => {
    const status = await statusOf(cluster.client.send('POST', `/api/v1/images/${id}/copies`, request));
    return status === 202 || status === 200;
  };
  await waitFor('copies are asked for', ask, 60_000);
}

/** Freezes the only worker while it holds transfers; what it was given for that is taken from `waiting`. */
async function freezeInTheMiddle(worker: Process, waiting: KnownImage[]): Promise<void> {
  for (;;) {
    assert.ok(waiting.length > 0, 'the worker was never met in the middle of a transfer');
    await Promise.all(waiting.splice(0, 2).map(copy));
    await waitFor('the worker holds a transfer', () => heldBy(worker), 60_000);
    worker.freeze();
    if ((await heldBy(worker)) > 0) return;
    worker.thaw();
  }
}

describe(`three replicas and two workers (SEED=${seed})`, { skip }, () => {
  test('every upload arrives and a hundred copies are made while replicas and workers are killed, a worker is frozen and PostgreSQL restarts', async (t) => {
    const random = new Random(seed);
    const broken: string[] = [];
    const [killed, frozen] = cluster.workers as [Process, Process];

    const sources: { index: number; image: KnownImage }[] = [];
    await Promise.all(
      Array.from({ length: 4 }, async (_, lane) => {
        for (let i = lane; i < 50; i += 4) {
          // The first ones take long enough to be in the middle of.
          const bytes = random.bytes(i < 8 ? 12 * MB : random.between(2, 10) * 100_000);
          const image = await uploadByTus(bytes, { name: `source ${i}`, stores: 'fast' }, broken);
          sources.push({ index: i, image });
        }
      }),
    );
    sources.sort((one, other) => one.index - other.index);
    const waiting = sources.map(({ image }) => image);
    const ids = waiting.map(({ id }) => `'${id}'`).join(',');

    await killed.kill();
    await freezeInTheMiddle(frozen, waiting);
    const frozenAt = performance.now();
    t.diagnostic(`${await heldBy(frozen)} transfers are held by a frozen worker`);
    await killed.startUntilItRuns();
    const unrest = killAtRandom([killed, ...cluster.webs], random, { least: 1_500, most: 6_000 });
    t.after(() => unrest.end());
    const restart = (async () => {
      await sleep(8_000);
      await cluster.postgres.stop('immediate');
      await sleep(1_500);
      await cluster.postgres.start();
    })();
    const goesOn = () => performance.now() - frozenAt < longerThanLeaseMilliseconds || unrest.kills < 3;
    const lanes = Array.from({ length: 6 }, async (_, lane) => {
      for (let i = 0; goesOn(); i += 1) {
        const bytes = random.bytes(random.between(1, 30) * 100_000 + lane);
        const target = stores.filter(() => random.next() < 0.5).join(',') || 'fast';
        await uploadByTus(bytes, { name: `upload ${lane}-${i}`, stores: target }, broken);
      }
    });
    const uploads = Promise.all(lanes);
    // Half of them before PostgreSQL goes, the others after it.
    await Promise.all(waiting.splice(0, 20).map(copy));
    await restart;
    await Promise.all(waiting.map(copy));
    while (goesOn()) await sleep(250);
    frozen.thaw();
    await unrest.end();
    await uploads;

    const { milliseconds } = await waitFor(
      'all transfers are done',
      async () => {
        const states = await rows?.all<{ state: string; count: number }>(
          `select state, count(*) as count from transfers where image_id in (${ids}) group by state`,
        );
        return states?.length === 1 && states[0]?.state === 'done' && states[0].count === 100;
      },
      180_000,
    );
    t.diagnostic(
      `${images.length} uploads, ${unrest.kills} kills; done ${(milliseconds / 1000).toFixed(1)} s after`,
    );
    const locations = await rows?.all<{ count: number }>(
      `select count(*) as count from locations where state = 'active' and verified_at is not null
         and image_id in (${ids})`,
    );
    assert.equal(locations?.[0]?.count, 150);
    await assertWhole(broken);
    await rows?.close();
  });
});
