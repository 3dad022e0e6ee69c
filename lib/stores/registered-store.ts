import type { StoreDefinition } from './definition.ts';
import { checkPlace, type MarkerMemory } from './place-check.ts';
import {
  isStoreFault,
  type Capacity,
  type GuardedStore,
  type StoreFault,
  type StoreMarker,
} from './store.ts';

export interface RegistryLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export type StoreState = 'in-service' | 'read-only' | 'unavailable';

/** A store as it stands now; a new object after each change. */
export interface RegisteredStore {
  readonly id: string;
  readonly definition: StoreDefinition;
  readonly store: GuardedStore;
  readonly state: StoreState;
  readonly stateSince: Date;
  /** Why it is unavailable, and what to do: sentences for the operator, without paths and secrets. */
  readonly error: string | null;
  readonly remedy: string | null;
  /** As last measured; null where the store cannot tell or never could yet. */
  readonly capacity: (Capacity & { measuredAt: Date }) | null;
}

const measureAfterMilliseconds = 1_000;

/** One store of the registry: keeps its state by looking at its place. */
export class StoreEntry {
  readonly definition: StoreDefinition;
  /** What the place must have; null until it is known. */
  marker: StoreMarker | null = null;
  #snapshot: RegisteredStore;
  readonly #options: StoreEntryOptions;
  #checking: Promise<void> | null = null;
  #measuring: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: StoreEntryOptions) {
    this.#options = options;
    this.definition = options.definition;
    this.#snapshot = {
      id: options.definition.id,
      definition: options.definition,
      store: options.store,
      state: 'unavailable',
      stateSince: options.clock.now(),
      error: 'The store has not answered yet.',
      remedy: 'Wait a moment. If it stays so, see whether what holds the images answers.',
      capacity: null,
    };
  }

  get snapshot(): RegisteredStore {
    return this.#snapshot;
  }

  check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => {
      this.#checking = null;
    });
    return this.#checking;
  }

  onFault(found: StoreFault): void {
    // While it is known to be unavailable, every check would repeat itself in the log.
    if (this.#snapshot.state === 'unavailable') return;
    this.#options.logger.warn(
      { store: this.definition.id, kind: found.kind, err: found.cause ?? found },
      found.message,
    );
    if (found.kind === 'wrong-store') void this.check();
  }

  /** After writes: soon, and once for many. */
  measureSoon(): void {
    if (this.#measuring !== undefined || this.#isClosed) return;
    this.#measuring = setTimeout(() => {
      this.#measuring = undefined;
      void this.#measure().then((capacity) => this.#become({ capacity }));
    }, measureAfterMilliseconds).unref();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#measuring);
    await this.#options.store.close();
  }

  async #check(): Promise<void> {
    const { store, markers, clock, definition } = this.#options;
    try {
      const { marker, problem } = await checkPlace(definition, store, markers, clock.now());
      this.marker = marker;
      if (problem !== null) return this.#become({ state: 'unavailable', ...problem });
      this.#become({
        state:
          definition.mode === 'read-only' || !store.capabilities.has('write') ? 'read-only' : 'in-service',
        error: null,
        remedy: null,
        capacity: await this.#measure(),
      });
    } catch (error) {
      this.#become({
        state: 'unavailable',
        error: isStoreFault(error) ? error.message : 'The place of this store could not be checked.',
        remedy: remedyFor(error),
      });
      if (!isStoreFault(error)) {
        this.#options.logger.warn({ store: definition.id, err: error }, 'A store could not be checked');
      }
    }
  }

  async #measure(): Promise<RegisteredStore['capacity']> {
    const { store, clock } = this.#options;
    if (!store.capabilities.has('capacity')) return null;
    try {
      const measured = await store.capacity();
      return measured && { ...measured, measuredAt: clock.now() };
    } catch {
      // Counted and logged by the guard; an old figure is better than none.
      return this.#snapshot.capacity;
    }
  }

  #become(change: Partial<RegisteredStore>): void {
    if (this.#isClosed) return;
    const before = this.#snapshot;
    const isNewState = change.state !== undefined && change.state !== before.state;
    this.#snapshot = {
      ...before,
      ...change,
      stateSince: isNewState ? this.#options.clock.now() : before.stateSince,
    };
    const isNewError = this.#snapshot.error !== before.error;
    if (isNewState || isNewError) {
      const { id, state, error, remedy } = this.#snapshot;
      const fields = { store: id, state, ...(error !== null && { error, remedy }) };
      if (state === 'unavailable') this.#options.logger.warn(fields, 'A store is not available');
      else this.#options.logger.info(fields, 'A store is in service');
    }
    const isNewCapacity =
      this.#snapshot.capacity?.freeBytes !== before.capacity?.freeBytes ||
      this.#snapshot.capacity?.totalBytes !== before.capacity?.totalBytes;
    if (isNewState || isNewError || isNewCapacity) {
      this.#options.onChange(this.#snapshot);
    }
  }
}

function remedyFor(error: unknown): string {
  if (isStoreFault(error) && error.remedy !== null) return error.remedy;
  return isStoreFault(error, 'refused', 'read-only')
    ? 'See that the service may read and write there.'
    : 'See whether what holds the images answers; the store comes back by itself.';
}

interface StoreEntryOptions {
  definition: StoreDefinition;
  store: GuardedStore;
  markers: MarkerMemory;
  logger: RegistryLogger;
  clock: { now(): Date };
  onChange(store: RegisteredStore): void;
}
