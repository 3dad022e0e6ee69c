/** A real database, real directories and the real parts around the worker, for its tests. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { blake3 } from '@napi-rs/blake-hash';
import pino from 'pino';
import { systemActor, type Actor } from '#lib/auth/actor.ts';
import { openPolicy } from '#lib/auth/policy-set.ts';
import type { Config } from '#lib/config/config.ts';
import { leaseSeconds, pieceSizeBytes } from '#lib/contract/limits.ts';
import type { Database } from '#lib/db/database.ts';
import type { LocationRow, TransferRow } from '#lib/db/define-schema.ts';
import { insertImage, savePieces } from '#lib/db/repositories/images.ts';
import { insertLocation, listLocations, newLocation } from '#lib/db/repositories/locations.ts';
import { findStoreMarker, saveStoreMarker } from '#lib/db/repositories/stores.ts';
import { findTransfer } from '#lib/db/repositories/transfers.ts';
import { makeTestDatabase, testDialect, type TestDatabase } from '#lib/db/test-support.ts';
import { HashPool } from '#lib/pipeline/hash-pool.ts';
import { SlotPool } from '#lib/pipeline/slots.ts';
import type { Context } from '#lib/runtime/context.ts';
import { openEventBus } from '#lib/runtime/event-bus.ts';
import { openPeers } from '#lib/runtime/peers.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { openUploadSessions } from '#lib/services/uploads/sessions.ts';
import { openRegistry } from '#lib/stores/registry.ts';
import type { WorkerHooks } from './job.ts';
import { openReconciler } from './reconciler.ts';
import { openDriver, toDefinition, type StorePlace, type StoreWish } from './test-stores.ts';
import { openTransferWorker } from './worker.ts';

export type { StoreWish } from './test-stores.ts';

export interface Place extends StorePlace {
  database: TestDatabase;
  processes: Process[];
}

export interface Process {
  runtime: Runtime;
  readonly isDead: boolean;
  ctx: Context;
  /** From now on nothing that this process does has any effect: what kill -9 looks like from outside. */
  kill(): void;
  close(): Promise<void>;
}

export async function openPlace(context: TestContext, stores: StoreWish[]): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), 'stowage-transfers-'));
  const database = await makeTestDatabase(directory);
  const place: Place = { directory, database, stores, bytesRead: new Map(), processes: [] };
  context.after(async () => {
    for (const process of place.processes) await process.close();
    await database.drop();
    await rm(directory, { recursive: true, force: true });
  });
  return place;
}

export async function openProcess(
  place: Place,
  { hooks = {}, now: clock = afterTheDead(place) }: { hooks?: WorkerHooks; now?: () => number } = {},
): Promise<Process> {
  const life = { isDead: false };
  const db = mortal(await place.database.open({ now: clock }), life);
  const now = clock ?? (() => Date.now());
  const log = pino({ level: process.env['STOWAGE_TEST_LOG'] ?? 'silent' });
  const stores = await openRegistry({
    definitions: place.stores.map(toDefinition),
    markers: {
      find: (id) => findStoreMarker(db.read, id),
      save: (marker) => db.transaction((q) => saveStoreMarker(q, marker, now())),
    },
    logger: log,
    clock: { now: () => new Date() },
    checkEveryMilliseconds: 0,
    openDriver: (definition) => Promise.resolve(openDriver(place, definition, life)),
  });
  const slots = new SlotPool();
  const hashPool = new HashPool();
  const peers = openPeers(db, log);
  const events = openEventBus({ peers, db, log });
  const parts: Partial<Runtime> = {};
  const runtime = Object.assign(parts, {
    config: {
      database: { kind: testDialect },
      checksumMd5: 'inline',
      limits: { imageSizeBytes: 2 ** 40, project: {}, stores: {} },
      currency: 'EUR',
    } as unknown as Config,
    policy: openPolicy(),
    log,
    db,
    stores,
    slots,
    hashPool,
    events,
    peers,
    processId: randomUUID(),
    now,
    draining: false,
  }) as Runtime;
  Object.assign(parts, {
    uploads: openUploadSessions(runtime),
    worker: openTransferWorker(runtime, { hooks }),
    reconciler: openReconciler(runtime),
  });
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    if (!life.isDead) {
      await Promise.all([runtime.worker.stop(), runtime.reconciler.stop(), runtime.uploads.stop()]);
    }
    await stores.close();
    await hashPool.close();
    slots.close();
    const closed = db.close();
    // What a dead one has left open is ended with the database.
    if (!life.isDead) await closed;
  };
  const opened: Process = {
    runtime,
    ctx: contextOf(runtime, systemActor),
    get isDead() {
      return life.isDead;
    },
    kill() {
      life.isDead = true;
    },
    close,
  };
  place.processes.push(opened);
  return opened;
}

/** On PostgreSQL nobody knows that a process is dead, only that its lease has run out: so much later it is for us. */
function afterTheDead({ processes }: Place): (() => number) | undefined {
  const dead = processes.filter(({ isDead }) => isDead).length;
  if (dead === 0 || testDialect === 'sqlite') return undefined;
  return () => Date.now() + dead * (leaseSeconds * 1000 + 100);
}

export function contextOf(runtime: Runtime, actor: Actor): Context {
  return { runtime, actor, requestId: `req-${randomUUID()}`, log: runtime.log };
}

export const administrator: Actor = {
  ...systemActor,
  userId: 'u1',
  userName: 'admin',
  projectId: 'admin',
  roles: ['admin', 'member', 'reader'],
  via: 'token',
};
export const tenant: Actor = {
  ...systemActor,
  userId: 'u2',
  userName: 'maria',
  projectId: 'blue',
  projectName: 'blue',
  roles: ['member', 'reader'],
  administrator: false,
  via: 'token',
};

/** What a dead process would still write is lost. */
function mortal(db: Database, life: { isDead: boolean }): Database {
  return {
    read: db.read,
    channel: db.channel,
    jobs: null,
    transaction: (work) =>
      life.isDead
        ? new Promise(() => undefined)
        : db.transaction(async (q) => {
            const result = await work(q);
            if (life.isDead) throw new Error('the process is dead');
            return result;
          }),
    close: () => db.close(),
  };
}

export interface TestImage {
  id: string;
  bytes: Buffer;
  sha512: string;
}

/** An active image that lies, proved, in one store. */
export async function addImage(
  place: Place,
  { runtime }: Process,
  {
    store,
    sizeBytes,
    owner = 'blue',
    isKnown = true,
  }: { store: string; sizeBytes: number; owner?: string; isKnown?: boolean },
): Promise<TestImage> {
  const id = randomUUID();
  const bytes = randomBytes(sizeBytes);
  const sha512 = createHash('sha512').update(bytes).digest('hex');
  const key = `${id}-origin`;
  await writeFile(join(place.directory, store, key), bytes);
  const now = runtime.now();
  const pieces = Array.from({ length: Math.ceil(sizeBytes / pieceSizeBytes) }, (_, index) => ({
    index,
    blake3: blake3(bytes.subarray(index * pieceSizeBytes, (index + 1) * pieceSizeBytes)).toString('hex'),
  }));
  await runtime.db.transaction(async (q) => {
    await insertImage(
      q,
      {
        id,
        name: `image ${id.slice(0, 4)}`,
        status: 'active',
        disk_format: 'raw',
        container_format: 'bare',
        size_bytes: sizeBytes,
        virtual_size_bytes: null,
        visibility: 'private',
        protected: false,
        hidden: false,
        owner_id: owner,
        md5: null,
        sha512: isKnown ? sha512 : null,
        min_disk_gib: 0,
        min_ram_mib: 0,
        format_detail: null,
        safety: null,
        failed_import: null,
        created_at: now,
        updated_at: now,
      },
      [],
      {},
    );
    if (isKnown) await savePieces(q, id, pieces);
    const object = { image_id: id, store_id: store, object_key: key };
    const facts = { state: 'active', bytes: sizeBytes, committed: true, verified_at: now } as const;
    await insertLocation(q, newLocation({ ...object, ...facts }, now), owner);
  });
  return { id, bytes, sha512 };
}

export async function transferIn(
  { runtime }: Process,
  id: string,
  states: readonly TransferRow['state'][],
  patienceMilliseconds = 20_000,
): Promise<TransferRow> {
  const deadline = Date.now() + patienceMilliseconds;
  for (;;) {
    const row = await findTransfer(runtime.db.read, id);
    if (row !== null && states.includes(row.state)) return row;
    if (Date.now() > deadline) throw new Error(`still ${row?.state}: ${row?.error}`);
    await delay(10);
  }
}

export async function locationsOf({ runtime }: Process, imageId: string): Promise<Map<string, LocationRow>> {
  const rows = await listLocations(runtime.db.read, [imageId]);
  return new Map(rows.filter(({ state }) => state !== 'deleting').map((row) => [row.store_id, row]));
}

export async function storedBytes(place: Place, location: LocationRow): Promise<Buffer> {
  return await readFile(join(place.directory, location.store_id, location.object_key));
}

/**
 * After the reconciler: every active location reads back as the image, every file has a row, every row that should
 * have a file has one. Returns what is wrong.
 */
export async function findBroken(
  place: Place,
  process: Process,
  images: readonly TestImage[],
): Promise<string[]> {
  await process.runtime.reconciler.runOnce();
  const broken: string[] = [];
  const expected = new Map<string, Set<string>>();
  for (const image of images) {
    for (const row of await listLocations(process.runtime.db.read, [image.id])) {
      const names = expected.get(row.store_id) ?? new Set<string>();
      expected.set(row.store_id, names.add(row.object_key));
      if (row.state !== 'active') names.add(`.${row.object_key}.part`);
      if (row.state === 'deleting') broken.push(`${row.store_id}: the removal of ${row.object_key} goes on`);
      if (row.state !== 'active') continue;
      const bytes = await storedBytes(place, row).catch(() => null);
      if (bytes === null || !bytes.equals(image.bytes))
        broken.push(`${row.store_id}: ${row.object_key} differs`);
    }
  }
  for (const { id } of place.stores) {
    for (const name of await readdir(join(place.directory, id))) {
      const isNamed = expected.get(id)?.has(name) ?? false;
      if (!isNamed && /^\.?[0-9a-f]{8}-/.test(name)) broken.push(`${id}: ${name} has no row`);
    }
  }
  return broken;
}
