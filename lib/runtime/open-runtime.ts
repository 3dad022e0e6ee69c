/** The composition root: the only place that opens the database, the stores, the pipeline and the workers. */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { Logger } from 'pino';
import { openPolicy } from '../auth/policy-set.ts';
import { StowageError } from '../contract/errors.ts';
import type { Config } from '../config/config.ts';
import type { Database } from '../db/database.ts';
import { openDatabase } from '../db/open-database.ts';
import { findStoreMarker, saveStoreMarker } from '../db/repositories/stores.ts';
import { releaseUploadLeases } from '../db/repositories/uploads.ts';
import { claimDataDirectory } from '../db/sole-owner.ts';
import type { Keystone } from '../keystone/keystone.ts';
import { HashPool } from '../pipeline/hash-pool.ts';
import { SlotPool } from '../pipeline/slots.ts';
import { confirmSecretKey } from '../services/identity/confirm-secret-key.ts';
import { ensureFirstAdministrator } from '../services/identity/ensure-first-administrator.ts';
import { openDeferredMd5 } from '../services/images/deferred-md5.ts';
import { countFirst } from '../services/quotas/recount.ts';
import { loadStandardDefinitions } from '../services/metadefs/load-standard.ts';
import { openUploadSessions } from '../services/uploads/sessions.ts';
import { openRegistry, type StoreRegistry } from '../stores/registry.ts';
import { groupLimit } from '../transfers/limits.ts';
import { openReconciler } from '../transfers/reconciler.ts';
import { openTransferWorker } from '../transfers/worker.ts';
import { openEventBus } from './event-bus.ts';
import { openPeers, type PeerMessage } from './peers.ts';
import { pinRuntime, unpinRuntime, type Runtime } from './runtime.ts';

export interface RuntimeOptions {
  /** What this process does: `web` serves and works, `worker` only works, `none` does neither (commands, tests). */
  role?: 'web' | 'worker' | 'none';
}

/** SQLite belongs to one process; PostgreSQL to as many as there are. */
function claim(config: Config): (() => void) | null {
  if (config.database.kind !== 'sqlite') return null;
  const release = claimDataDirectory(`${config.database.path}.lock`);
  if (release !== null) return release;
  throw new StowageError('conflict', `Another Stowage runs on ${config.dataDirectory} already.`, {
    remedy:
      'Stop it, or give this one another STOWAGE_DATA_DIR. Several processes share PostgreSQL, not SQLite.',
  });
}

function hear(runtime: Runtime, message: PeerMessage): void {
  if (message.type === 'let-go') runtime.uploads.interrupt(message.upload);
  else runtime.events.hear(message);
}

/** Its HTTP client is loaded only where Keystone is used. */
async function openIdentity({ identity }: Config, log: Logger): Promise<Keystone | null> {
  if (identity.mode !== 'keystone') return null;
  const { openKeystone } = await import('../keystone/keystone.ts');
  return openKeystone(identity.keystone, { log });
}

export async function openRuntime(
  config: Config,
  log: Logger,
  { role = 'web' }: RuntimeOptions = {},
): Promise<Runtime> {
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 });
  const release = role === 'none' ? null : claim(config);
  const db = await openDatabase(config.database, {
    onAfterCommitFailure: (error) => log.error({ err: error }, 'telling of a change failed'),
    onConnectionError: (error) =>
      log.warn({ err: error }, 'a connection to the database broke, or was refused for now'),
  });
  try {
    await confirmSecretKey(db, config, Date.now);
  } catch (error) {
    await db.close();
    release?.();
    throw error;
  }
  const peers = openPeers(db, log);
  const events = openEventBus({ peers, db, log });
  const stores = await openStores(config, db, log);
  stores.onChange(({ id }) =>
    events.publish({ id: null, event: { type: 'store', store: id }, projectId: null }),
  );
  const slots = new SlotPool();
  const hashPool = new HashPool({
    onThreadDeath: (error) => log.error({ err: error }, 'a hash thread died'),
  });
  let draining = false;
  const parts: Partial<Runtime> = {};
  const keystone = await openIdentity(config, log);
  const runtime: Runtime = Object.assign(parts, {
    keystone,
    config,
    policy: openPolicy(config.policy),
    log,
    db,
    stores,
    slots,
    hashPool,
    events,
    peers,
    processId: randomUUID(),
    now: () => Date.now(),
    // In Keystone mode the users are there. A worker says nothing to people: the password that it made would be lost.
    firstAdminPassword:
      role === 'worker' || config.identity.mode === 'keystone'
        ? null
        : await ensureFirstAdministrator(db, config),
    get draining() {
      return draining;
    },
    async startDraining() {
      draining = true;
      await Promise.all([
        runtime.uploads.stop(),
        runtime.worker.stop(),
        runtime.reconciler.stop(),
        runtime.deferredMd5.stop(),
      ]);
    },
    async close() {
      await runtime.startDraining();
      await stores.close();
      await hashPool.close();
      await keystone?.close();
      await db.close();
      release?.();
      unpinRuntime(runtime);
    },
  }) as Runtime;
  Object.assign(parts, {
    uploads: openUploadSessions(runtime),
    deferredMd5: openDeferredMd5(runtime),
    worker: openTransferWorker(runtime),
    reconciler: openReconciler(runtime),
  });
  // Object.assign copies a getter's value, and draining changes.
  Object.defineProperty(parts, 'draining', { get: () => draining });
  pinRuntime(runtime);
  await peers.listen(
    (message) => hear(runtime, message),
    () => events.catchUp(),
  );
  if (role === 'web') await loadStandardDefinitions(db, runtime.now);
  // Whoever held a lease here before is gone, and nobody needs to wait for it.
  if (role === 'web' && config.database.kind === 'sqlite')
    await db.transaction((q) => releaseUploadLeases(q));
  if (role === 'web') await countFirst(runtime);
  if (role === 'worker' || (role === 'web' && config.transfers.inWebProcesses)) await startWork(runtime);
  return runtime;
}

function openStores(config: Config, db: Database, log: Logger): Promise<StoreRegistry> {
  return openRegistry({
    definitions: config.stores,
    markers: {
      find: (id) => findStoreMarker(db.read, id),
      save: (marker) => db.transaction((transaction) => saveStoreMarker(transaction, marker, Date.now())),
    },
    logger: log,
    clock: { now: () => new Date() },
  });
}

/** Transfers, clean-up and late checksums; the schedule of PostgreSQL's jobs is in minutes. */
async function startWork({ worker, reconciler, deferredMd5, db }: Runtime): Promise<void> {
  worker.start();
  reconciler.start();
  deferredMd5.start();
  await db.jobs?.start({
    atOnce: groupLimit,
    handlers: {
      transfers: () => worker.runNext(),
      reconcile: () => reconciler.runJob(),
      'list-stores': () => reconciler.runJob({ list: true }),
    },
    schedule: { reconcile: 1, 'list-stores': 15 },
  });
}
