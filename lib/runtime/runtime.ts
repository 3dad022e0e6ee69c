/**
 * The live parts of this process, pinned on globalThis, because bundled routes and native modules are separate copies
 * of the same code. Only types are imported here: whoever asks for the runtime must not pull in what it is made of.
 */
import type { Logger } from 'pino';
import type { Policy } from '../auth/policy-set.ts';
import type { Config } from '../config/config.ts';
import type { Database } from '../db/database.ts';
import type { Keystone } from '../keystone/keystone.ts';
import type { HashPool } from '../pipeline/hash-pool.ts';
import type { SlotPool } from '../pipeline/slots.ts';
import type { StoreRegistry } from '../stores/registry.ts';
import type { EventBus } from './event-bus.ts';
import type { DeferredMd5, Reconciler, TransferWorker, UploadSessions } from './parts.ts';
import type { Peers } from './peers.ts';

export interface Runtime {
  readonly config: Config;
  /** Who may do what; comes to the use cases with the actor. */
  readonly policy: Policy;
  readonly log: Logger;
  readonly db: Database;
  readonly stores: StoreRegistry;
  readonly slots: SlotPool;
  readonly hashPool: HashPool;
  readonly events: EventBus;
  readonly peers: Peers;
  readonly worker: TransferWorker;
  readonly reconciler: Reconciler;
  readonly uploads: UploadSessions;
  readonly deferredMd5: DeferredMd5;
  /** Null in standalone mode. */
  readonly keystone: Keystone | null;
  /** Name of this process in leases. */
  readonly processId: string;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Set once, at the very first start without a given password; printed and forgotten. */
  readonly firstAdminPassword: string | null;
  readonly draining: boolean;
  /** SIGTERM: no new uploads or transfers, running ones stop at a durable offset. Resolves when they have. */
  startDraining(): Promise<void>;
  close(): Promise<void>;
}

const pin = Symbol.for('stowage.runtime');
type Pinned = { [pin]?: Runtime };

export function getRuntime(): Runtime {
  const runtime = (globalThis as Pinned)[pin];
  if (runtime === undefined) throw new Error('the runtime is not open');
  return runtime;
}

export function pinRuntime(runtime: Runtime): void {
  (globalThis as Pinned)[pin] = runtime;
}

export function unpinRuntime(runtime: Runtime): void {
  if ((globalThis as Pinned)[pin] === runtime) delete (globalThis as Pinned)[pin];
}
