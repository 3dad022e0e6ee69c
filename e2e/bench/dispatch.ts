/**
 * How fast transfers are handed out: each verifies an image of a few bytes, so what it costs is the queue, the lease,
 * reading one small file and the conclusion.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { requireCluster, startProcesses } from '#e2e/several/cluster.ts';
import type { ImageRow, LocationRow, TransferRow } from '#lib/db/define-schema.ts';
import { newLocation } from '#lib/db/repositories/locations.ts';
import { insertTransfer } from '#lib/db/repositories/transfers.ts';
import { openPostgres } from '#lib/db/postgres.ts';
import { migrationsOf } from '#lib/db/test-support.ts';
import { seedPostgres } from '#e2e/seed/postgres.ts';
import { cpuOf, type Row } from './measure.ts';
import type { Bench } from './bench.ts';

const storeIds = ['one', 'two', 'three', 'four'];
const project = 'bench';
const bytes = Buffer.from('an image of few bytes');
const pollMilliseconds = 100;

type Seeded = Pick<ImageRow, 'id' | 'name'> & { store: string };

export async function dispatch(bench: Bench): Promise<Row[]> {
  const requirement = await requireCluster();
  if (!requirement.ok) throw new Error(requirement.reason);
  const rows: Row[] = [];
  for (const count of [1, 2, 4]) {
    const row = await measure(bench, count);
    const reference = rows[0]?.medianSeconds;
    rows.push({ ...row, ratio: reference === undefined ? null : row.medianSeconds / reference });
    process.stderr.write(`  dispatch: ${row.candidate}: ${row.note}\n`);
  }
  return rows;
}

async function measure(bench: Bench, workerCount: number): Promise<Row> {
  const workers = await startProcesses(bench, {
    workers: workerCount,
    stores: storeIds,
    directory: path.join(bench.directory, `dispatch-${workerCount}`),
  });
  const images = await seedImages(workers.databaseUrl, workers.places, bench.transfers);
  const db = await openPostgres({
    url: workers.databaseUrl,
    poolSize: 2,
    migrationsDirectory: migrationsOf('postgres'),
  });
  const client = new pg.Client({ connectionString: workers.databaseUrl });
  await client.connect();
  try {
    // In one commit: all of them are there at the same moment.
    await db.transaction(async (q) => {
      for (const image of images) await insertTransfer(q, verification(image));
    });
    const cpuBefore = workers.workers.map(({ pid }) => cpuOf(pid));
    const startedAt = performance.now();
    let left = images.length;
    while (left > 0) {
      await sleep(pollMilliseconds);
      const { rows } = await client.query<{ count: string }>(
        `select count(*) from transfers where state not in ('done', 'failed', 'canceled')`,
      );
      left = Number(rows[0]?.count);
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const cpuSeconds = workers.workers.reduce((sum, { pid }, i) => sum + cpuOf(pid) - (cpuBefore[i] ?? 0), 0);
    await assertEachOnce(client, images.length);
    return {
      benchmark: `${images.length} queued verifications of ${bytes.byteLength} bytes`,
      candidate: workerCount === 1 ? '1 worker' : `${workerCount} workers`,
      medianSeconds: seconds,
      cpuSeconds,
      runs: [seconds],
      ratio: null,
      target: '',
      met: null,
      note: `${(images.length / seconds).toFixed(0)} transfers a second, each done once`,
    };
  } finally {
    await client.end();
    await db.close();
    await workers.end();
  }
}

/** One lease, one conclusion and one event of its end for each. */
async function assertEachOnce(client: pg.Client, count: number): Promise<void> {
  const { rows: transfers } = await client.query<{ state: string; attempts: string; count: string }>(
    'select state, attempts, count(*) from transfers group by state, attempts',
  );
  const { rows: events } = await client.query<{ count: string }>(
    `select count(*) from events where type = 'transfer' and payload -> 'transfer' ->> 'state' = 'done'`,
  );
  const [only] = transfers;
  const isRight =
    transfers.length === 1 &&
    only?.state === 'done' &&
    Number(only.attempts) === 1 &&
    Number(only.count) === count &&
    Number(events[0]?.count) === count;
  if (!isRight) throw new Error(`not each once: ${JSON.stringify({ transfers, events })}`);
}

async function seedImages(
  url: string,
  places: ReadonlyMap<string, string>,
  count: number,
): Promise<Seeded[]> {
  const sha512 = createHash('sha512').update(bytes).digest('hex');
  const md5 = createHash('md5').update(bytes).digest('hex');
  const images: ImageRow[] = [];
  const locations: LocationRow[] = [];
  const seeded: Seeded[] = [];
  for (let i = 0; i < count; i += 1) {
    const id = randomUUID();
    const store = storeIds[i % storeIds.length] ?? '';
    const name = `image ${i}`;
    const key = `${id}-bench`;
    const directory = places.get(store) ?? '';
    if (i < storeIds.length) mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, key), bytes);
    images.push(imageRow(id, name, { sha512, md5 }));
    locations.push(locationRow(id, store, key));
    seeded.push({ id, name, store });
  }
  await seedPostgres(url, [{ images, locations }]);
  return seeded;
}

function imageRow(id: string, name: string, hashes: { sha512: string; md5: string }): ImageRow {
  const at = Date.now();
  return {
    id,
    name,
    sort_name: name,
    search_name: name,
    status: 'active',
    disk_format: 'raw',
    container_format: 'bare',
    size_bytes: bytes.byteLength,
    sort_size: bytes.byteLength,
    virtual_size_bytes: null,
    visibility: 'private',
    protected: false,
    hidden: false,
    owner_id: project,
    ...hashes,
    min_disk_gib: 0,
    min_ram_mib: 0,
    format_detail: null,
    safety: null,
    failed_import: null,
    revision: 0,
    created_at: at,
    updated_at: at,
  };
}

function locationRow(imageId: string, storeId: string, key: string): LocationRow {
  const at = Date.now();
  const object = { image_id: imageId, store_id: storeId, object_key: key };
  const facts = { state: 'active', bytes: bytes.byteLength, committed: true, verified_at: at } as const;
  return newLocation({ ...object, ...facts }, at);
}

function verification({ id, name, store }: Seeded): TransferRow {
  const at = Date.now();
  return {
    id: randomUUID(),
    group_id: randomUUID(),
    kind: 'verify',
    image_id: id,
    image_name: name,
    project_id: project,
    source_store: store,
    target_store: store,
    move_from: null,
    state: 'queued',
    wish: null,
    method: null,
    bytes_sent: 0,
    bytes_done: 0,
    bytes_verified: 0,
    bytes_total: bytes.byteLength,
    attempts: 0,
    next_attempt_at: null,
    error: null,
    remedy: null,
    by_import: false,
    all_stores_must_succeed: false,
    request_id: null,
    created_by: null,
    lease_holder: null,
    lease_fence: 0,
    lease_expires_at: null,
    created_at: at,
    updated_at: at,
    finished_at: null,
  };
}
