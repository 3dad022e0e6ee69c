import { setTimeout as delay } from 'node:timers/promises';
import { StowageError } from '#lib/contract/errors.ts';
import type { StoreDefinition } from './definition.ts';
import { driverFactories } from './drivers/factories.ts';
import { guardStore, type GuardOptions } from './guarded-store.ts';
import type { MarkerMemory } from './place-check.ts';
import { StoreEntry, type RegisteredStore, type RegistryLogger } from './registered-store.ts';
import type { Store, StoreFactory } from './store.ts';

export type { MarkerMemory } from './place-check.ts';
export type { RegisteredStore, RegistryLogger, StoreState } from './registered-store.ts';

export interface RegistryOptions {
  definitions: readonly StoreDefinition[];
  markers: MarkerMemory;
  logger: RegistryLogger;
  clock: { now(): Date };
  /** 10 s unless told; 0: only when asked. */
  checkEveryMilliseconds?: number;
  /** How long the start waits for stores to answer: 5 s unless told. One that is later comes into service by itself. */
  startPatienceMilliseconds?: number;
  guard?: Omit<GuardOptions, 'readOnly' | 'expectedMarker' | 'onFault' | 'onWritten'>;
  /** Instead of the built-in drivers. */
  openDriver?(definition: StoreDefinition): Promise<Store>;
}

/**
 * The configured stores, opened and guarded. A store whose place is not what it was, or that does not answer, is
 * `unavailable` and comes back by itself; it never keeps the service from starting.
 */
export interface StoreRegistry {
  /** Throws `unknown_store`. */
  get(id: string): RegisteredStore;
  /** In display order: by weight, the greatest first, then by id. */
  list(): readonly RegisteredStore[];
  /** Throws `unknown_store`, `store_unavailable`, `store_read_only`. */
  writable(id: string): RegisteredStore['store'];
  /** Throws `unknown_store`, `store_unavailable`. */
  readable(id: string): RegisteredStore['store'];
  /** Looks at the place and its capacity now; checks of one store that come together are one. Never rejects for the store's sake. */
  check(id: string): Promise<RegisteredStore>;
  /** Told after each change of state or capacity. Returns what ends it. */
  onChange(listener: (store: RegisteredStore) => void): () => void;
  close(): Promise<void>;
}

export async function openRegistry(options: RegistryOptions): Promise<StoreRegistry> {
  const listeners = new Set<(store: RegisteredStore) => void>();
  const openDriver = options.openDriver ?? openBuiltInDriver;
  const entries = await Promise.all(
    options.definitions.map(async (definition) => {
      const entry: StoreEntry = new StoreEntry({
        definition,
        store: guardStore(await openDriver(definition), {
          ...options.guard,
          readOnly: definition.mode === 'read-only',
          expectedMarker: () => entry.marker,
          onFault: (found) => entry.onFault(found),
          onWritten: () => entry.measureSoon(),
        }),
        markers: options.markers,
        logger: options.logger,
        clock: options.clock,
        onChange: (store) => {
          for (const listener of listeners) listener(store);
        },
      });
      return entry;
    }),
  );
  entries.sort(
    ({ definition: one }, { definition: other }) =>
      other.weight - one.weight || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0),
  );
  const byId = new Map(entries.map((entry) => [entry.definition.id, entry]));

  const everyCheck = () => Promise.all(entries.map((entry) => entry.check()));
  const patience = new AbortController();
  await Promise.race([
    everyCheck().finally(() => patience.abort()),
    delay(options.startPatienceMilliseconds ?? 5_000, undefined, { signal: patience.signal }).catch(
      () => undefined,
    ),
  ]);
  const every = options.checkEveryMilliseconds ?? 10_000;
  const timer = every > 0 ? setInterval(() => void everyCheck(), every).unref() : undefined;

  return {
    get: (id) => entry(id).snapshot,
    list: () => entries.map(({ snapshot }) => snapshot),
    writable(id) {
      const { state, store } = inService(id);
      if (state === 'read-only') {
        throw new StowageError('store_read_only', `The store "${id}" is read-only.`, {
          remedy: 'Choose another store, or ask an administrator to open it for writing.',
        });
      }
      return store;
    },
    readable: (id) => inService(id).store,
    check: async (id) => {
      await entry(id).check();
      return entry(id).snapshot;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      clearInterval(timer);
      listeners.clear();
      await Promise.all(entries.map((one) => one.close()));
    },
  };

  function entry(id: string): StoreEntry {
    const found = byId.get(id);
    if (found) return found;
    throw new StowageError('unknown_store', `There is no store "${id}".`, {
      glance: `Store for identifier ${id} not found`,
      remedy: `Choose one of: ${entries.map(({ definition }) => definition.id).join(', ')}.`,
    });
  }

  function inService(id: string): RegisteredStore {
    const { snapshot } = entry(id);
    if (snapshot.state !== 'unavailable') return snapshot;
    throw new StowageError('store_unavailable', `The store "${id}" is not available at the moment.`, {
      remedy: 'Try again later, or choose another store.',
      retryAfterSeconds: 10,
    });
  }
}

async function openBuiltInDriver({ id, driver, options }: StoreDefinition): Promise<Store> {
  if (!Object.hasOwn(driverFactories, driver)) throw new Error(`There is no driver "${driver}".`);
  const factory = (await driverFactories[driver as keyof typeof driverFactories]()) as StoreFactory<unknown>;
  return factory({ id, options });
}
