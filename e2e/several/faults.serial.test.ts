import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Upload } from 'tus-js-client';
import { findBroken } from '#e2e/torture/invariants.ts';
import type { KnownImage } from '#e2e/torture/load.ts';
import { directoryPlace } from '#e2e/torture/places.ts';
import { Random } from '#e2e/torture/random.ts';
import { postgresRows } from '#e2e/torture/rows.ts';
import { settle } from '#e2e/torture/settle.ts';
import { createTusUpload, sha512 } from '#e2e/uploads/tus.ts';
import { requireCluster, startCluster, type Cluster } from './cluster.ts';
import type { Process } from './process.ts';
import { killAtRandom } from './unrest.ts';
import { statusOf, waitFor } from './wait.ts';

const MB = 1_000_000;
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
  const unsettled = await settle(cluster.client);
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

describe(`three replicas and two workers (SEED=${seed})`, { skip }, () => {
  test('every upload arrives while replicas are killed and PostgreSQL restarts', async (t) => {
    const random = new Random(seed);
    const broken: string[] = [];
    const unrest = killAtRandom(cluster.webs, random, { least: 2_000, most: 9_000 });
    t.after(() => unrest.end());
    const restart = (async () => {
      await sleep(12_000);
      await cluster.postgres.stop('immediate');
      await sleep(1_500);
      await cluster.postgres.start();
    })();
    const endsAt = performance.now() + 25_000;
    // Where a replica takes long to start, it takes longer to have seen enough of it.
    const goesOn = () =>
      performance.now() < endsAt || (unrest.kills < 3 && performance.now() < endsAt + 90_000);
    const lanes = Array.from({ length: 14 }, async (_, lane) => {
      for (let i = 0; goesOn(); i += 1) {
        const bytes = random.bytes(random.between(1, 60) * 100_000 + lane);
        const target = stores.filter(() => random.next() < 0.5).join(',') || 'fast';
        await uploadByTus(bytes, { name: `upload ${lane}-${i}`, stores: target }, broken);
      }
    });
    while (goesOn()) await sleep(250);
    await restart;
    await unrest.end();
    await Promise.all(lanes);
    t.diagnostic(`${images.length} uploads, ${unrest.kills} kills`);
    assert.ok(unrest.kills >= 3, `only ${unrest.kills} kills`);
    await assertWhole(broken);
  });

  test('a hundred transfers end while workers are killed, frozen and thawed and PostgreSQL restarts', async (t) => {
    const random = new Random(seed + 1);
    const [killed, frozen] = cluster.workers as [Process, Process];
    const broken: string[] = [];
    const sources: { index: number; image: KnownImage }[] = [];
    await Promise.all(
      Array.from({ length: 4 }, async (_, lane) => {
        for (let i = lane; i < 50; i += 4) {
          // The first ones take long enough to be in the middle of.
          const size = i < 12 ? 24 * MB : random.between(1, 5) * MB;
          const name = `source ${i}`;
          const image = await uploadByTus(random.bytes(size), { name, stores: 'fast' }, broken);
          sources.push({ index: i, image });
        }
      }),
    );
    const isTaken = (status: number) => status === 202 || status === 200;
    const copy = ({ id }: KnownImage) =>
      // A replica that is killed may have done it: asked again, another one answers with the same transfers.
      waitFor(
        'copies are asked for',
        async () =>
          isTaken(
            await statusOf(
              cluster.client.send('POST', `/api/v1/images/${id}/copies`, {
                body: JSON.stringify({ stores: ['archive', 'tape'] }),
                headers: { 'content-type': 'application/json' },
              }),
            ),
          ),
        30_000,
      );
    const begin = (part: KnownImage[]) => Promise.all(part.map(copy));

    const ids = sources.map(({ image }) => `'${image.id}'`).join(',');
    sources.sort((one, other) => one.index - other.index);
    const waiting = sources.map(({ image }) => image);
    // Alone, so that it must be this one that is met in the middle.
    await killed.kill();
    for (let isMet = false; !isMet;) {
      assert.ok(waiting.length > 20, 'the worker was never met in the middle of a transfer');
      await begin(waiting.splice(0, 4));
      await waitFor('the worker holds a transfer', () => heldBy(frozen), 60_000);
      frozen.freeze();
      isMet = (await heldBy(frozen)) > 0;
      if (!isMet) frozen.thaw();
    }
    const frozenAt = performance.now();
    t.diagnostic(`${await heldBy(frozen)} transfers are held by a frozen worker`);
    await killed.startUntilItRuns();
    const unrest = killAtRandom([killed, cluster.webs[2] as Process], random, { least: 500, most: 5_000 });
    t.after(() => unrest.end());
    await begin(waiting.splice(0, 15));
    await sleep(6_000);
    await cluster.postgres.stop();
    await sleep(1_000);
    await cluster.postgres.start();
    await waitFor(
      'the balancer serves again',
      async () => (await cluster.client.send('GET', '/image/v2/images?limit=1')).status === 200,
      60_000,
    );
    await begin(waiting);
    await sleep(Math.max(0, 34_000 - (performance.now() - frozenAt)));
    frozen.thaw();
    await unrest.end();
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
    t.diagnostic(`${unrest.kills} kills; done ${(milliseconds / 1000).toFixed(1)} s after`);
    const locations = await rows?.all<{ count: number }>(
      `select count(*) as count from locations where state = 'active' and verified_at is not null
         and image_id in (${ids})`,
    );
    assert.equal(locations?.[0]?.count, 150);
    await assertWhole(broken);
    await rows?.close();
  });
});
