import { CallGate, defaultGateOptions, type GatedCall, type GateOptions } from './call-gate.ts';
import { fault, toStoreFault } from './faults.ts';
import { GuardedWriter } from './guarded-writer.ts';
import { PlaceWatch } from './place-watch.ts';
import {
  isStoreFault,
  type BeginOptions,
  type ByteRange,
  type CallOptions,
  type Capacity,
  type CapacityStore,
  type CloneRequest,
  type CloningStore,
  type Extent,
  type GuardedStore,
  type ListedObject,
  type ListingStore,
  type ObjectStat,
  type ObjectWriter,
  type ReadOptions,
  type ResumeOptions,
  type ResumeState,
  type SparseStore,
  type Store,
  type StoreCapability,
  type StoreFault,
  type StoreHealthFigures,
  type StoreMarker,
  type WritableStore,
} from './store.ts';
import { innermostStore, innerStore, type WrappingStore } from './wrapped-store.ts';

export interface GuardOptions extends Partial<GateOptions> {
  /** Refuses everything that changes the store. */
  readOnly?: boolean;
  /** The marker that the place must have; null while it is not known yet. */
  expectedMarker?(): StoreMarker | null;
  /** Told of each trouble (not of plain answers like `not-found`). */
  onFault?(found: StoreFault): void;
  /** Told after each commit and removal. */
  onWritten?(): void;
}

interface Change<Value> extends GatedCall<Value> {
  writesKey: string;
  /** What the store must be able to do, apart from being written to. */
  power?: StoreCapability;
  /** Frees what came of it at a place of which `error` says that it is not the right one, or not known to be. */
  onDisbelieved?(value: Value, error: unknown): void | Promise<void>;
}

const objectKey = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

export function guardStore(driver: Store, options: GuardOptions = {}): GuardedStore {
  return new Guard(driver, options);
}

/**
 * The one wrapper in front of every driver. What it adds: keys and powers are checked; calls are bounded in number
 * and time; what is safe to repeat is repeated while the store is `unavailable` (stat, markers, capacity, and reads,
 * which go on at the byte where they broke); everything that goes wrong is a StoreFault without path or secret; and
 * before anything is written the marker must be the right one, and still be it before what was done, or "not there",
 * is believed.
 */
class Guard implements GuardedStore, WrappingStore {
  readonly id: string;
  readonly driver: string;
  readonly capabilities: ReadonlySet<StoreCapability>;
  readonly [innerStore]: Store;
  readonly #gate: CallGate;
  readonly #limits: GateOptions;
  readonly #options: GuardOptions;
  readonly #place: PlaceWatch;
  /** Objects that the backend makes by itself at this moment, whether anybody still waits for them or not. */
  readonly #cloned = new Set<string>();

  constructor(driver: Store, options: GuardOptions) {
    this.id = driver.id;
    this.driver = driver.driver;
    this.capabilities = driver.capabilities;
    this[innerStore] = driver;
    this.#options = options;
    this.#limits = { ...defaultGateOptions, ...options };
    this.#gate = new CallGate(driver.id, this.#limits, (found) => options.onFault?.(found));
    const expected = () => options.expectedMarker?.() ?? null;
    this.#place = new PlaceWatch(driver.id, this.#gate, expected, () => this.readMarker());
  }

  get lateCopyMilliseconds(): number {
    return (innermostStore(this) as CloningStore).lateCopyMilliseconds ?? 0;
  }

  get health(): StoreHealthFigures {
    return this.#gate.health;
  }

  readMarker({ signal }: CallOptions = {}): Promise<StoreMarker | null> {
    return this.#repeated('reading the marker', signal, (inner) =>
      this[innerStore].readMarker({ signal: inner }),
    );
  }

  async writeMarker(marker: StoreMarker, { signal }: CallOptions = {}): Promise<void> {
    const driver = this.#writable('writing the marker');
    await this.#control('writing the marker', signal, (inner) =>
      driver.writeMarker(marker, { signal: inner }),
    );
  }

  async stat(key: string, { signal }: CallOptions = {}): Promise<ObjectStat> {
    const doing = 'looking for an object';
    this.#checkKey(key, doing);
    return this.#believed(signal, () =>
      this.#repeated(doing, signal, (inner) => this[innerStore].stat(key, { signal: inner })),
    );
  }

  async *read(
    key: string,
    range: ByteRange,
    { signal, allocate }: ReadOptions = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const doing = 'reading an object';
    this.#checkKey(key, doing);
    if (!isCount(range.offset) || !isCount(range.length)) {
      throw new RangeError('A range to read needs whole numbers that are not negative.');
    }
    const end = range.offset + range.length;
    let offset = range.offset;
    let failures = 0;
    const startedAt = performance.now();
    let askedAt = startedAt;
    for (;;) {
      try {
        const chunks = this.#gate.stream(doing, signal, (inner) =>
          this[innerStore].read(key, { offset, length: end - offset }, { signal: inner, allocate }),
        );
        for await (const chunk of chunks) {
          if (chunk.byteLength === 0) continue;
          if (offset === range.offset) this.#gate.noteReadLatency(performance.now() - askedAt);
          if (offset + chunk.byteLength > end) throw this.#gate.note(fault('corrupt', this.id, doing));
          offset += chunk.byteLength;
          failures = 0;
          yield chunk;
        }
        if (offset < end) throw this.#gate.note(fault('short-read', this.id, doing));
        this.#gate.noteRead(range.length, performance.now() - startedAt);
        return;
      } catch (error) {
        const found = toStoreFault(error, this.id, doing, signal);
        if (found.kind === 'not-found') await this.#place.confirm(signal);
        if (!(await this.#gate.mayTryAgain(found, ++failures, signal))) throw found;
        askedAt = performance.now();
      }
    }
  }

  begin(key: string, options: BeginOptions): Promise<ObjectWriter> {
    return this.#writer(
      {
        doing: 'beginning an object',
        writesKey: key,
        signal: options.signal,
        timeoutMilliseconds: this.#limits.controlTimeoutMilliseconds,
        onDisbelieved: (begun, error) => forget(this.#guarded(begun), error),
      },
      (driver, signal) => driver.begin(key, { ...options, signal }),
    );
  }

  resume(key: string, options: ResumeOptions): Promise<ObjectWriter> {
    return this.#writer(
      {
        doing: 'going on with an object',
        writesKey: key,
        signal: options.signal,
        power: 'append',
        // Reads back what does not fill a part, and removes what lies behind: over a slow line no matter of seconds.
        timeoutMilliseconds: this.#limits.slowTimeoutMilliseconds,
        onDisbelieved: (opened) => void this.#guarded(opened).close(),
      },
      (driver, signal) => driver.resume(key, { ...options, signal }),
    );
  }

  async discard(key: string, resumeState: ResumeState | null, { signal }: CallOptions = {}): Promise<void> {
    const doing = 'removing an unfinished object';
    const timeoutMilliseconds = this.#limits.slowTimeoutMilliseconds;
    await this.#changed({ doing, writesKey: key, signal, timeoutMilliseconds }, (driver, inner) =>
      driver.discard(key, resumeState, { signal: inner }),
    );
    this.#options.onWritten?.();
  }

  async remove(key: string, { signal }: CallOptions = {}): Promise<void> {
    const doing = 'removing an object';
    const timeoutMilliseconds = this.#limits.slowTimeoutMilliseconds;
    await this.#changed({ doing, writesKey: key, signal, timeoutMilliseconds }, (driver, inner) =>
      driver.remove(key, { signal: inner }),
    );
    this.#options.onWritten?.();
  }

  async canCloneFrom(source: Store): Promise<boolean> {
    if (!this.capabilities.has('clone') || this.#options.readOnly) return false;
    const driver = this[innerStore] as CloningStore;
    return this.#control('comparing two stores', undefined, () =>
      driver.canCloneFrom(innermostStore(source)),
    );
  }

  async clone(source: Store, request: CloneRequest): Promise<ObjectStat> {
    const { key, sourceKey, signal } = request;
    const doing = 'copying inside the store';
    this.#checkKey(sourceKey, doing);
    // What lies at a wrong place is left there: under its name another store may keep an image.
    const stat = await this.#changed(
      { doing, writesKey: key, signal, power: 'clone', timeoutMilliseconds: cloneTimeoutMilliseconds },
      async (driver, inner) => {
        this.#cloned.add(key);
        try {
          return await (driver as CloningStore).clone(innermostStore(source), { ...request, signal: inner });
        } finally {
          this.#cloned.delete(key);
        }
      },
    );
    this.#options.onWritten?.();
    return stat;
  }

  async *extents(key: string, { signal }: CallOptions = {}): AsyncGenerator<Extent, void, undefined> {
    const doing = 'reading the extents of an object';
    const driver = this.#withPower('sparse', doing) as SparseStore;
    this.#checkKey(key, doing);
    try {
      yield* this.#gate.stream(doing, signal, (inner) => driver.extents(key, { signal: inner }));
    } catch (error) {
      if (isStoreFault(error, 'not-found')) await this.#place.confirm(signal);
      throw error;
    }
  }

  async *list({ signal }: CallOptions = {}): AsyncGenerator<ListedObject, void, undefined> {
    const doing = 'listing objects';
    const driver = this.#withPower('list', doing) as ListingStore;
    await this.#place.check(signal);
    yield* this.#gate.stream(doing, signal, (inner) => driver.list({ signal: inner }));
    // A list that ends because the place went away would make everything look lost.
    await this.#place.confirm(signal);
  }

  async capacity({ signal }: CallOptions = {}): Promise<Capacity | null> {
    const doing = 'measuring capacity';
    const driver = this.#withPower('capacity', doing) as CapacityStore;
    return this.#repeated(doing, signal, (inner) => driver.capacity({ signal: inner }));
  }

  async close(): Promise<void> {
    await this.#control('closing the store', undefined, () => this[innerStore].close());
  }

  #control<Value>(
    doing: string,
    signal: AbortSignal | undefined,
    run: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    const timeoutMilliseconds = this.#limits.controlTimeoutMilliseconds;
    return this.#gate.call({ doing, signal, timeoutMilliseconds }, run);
  }

  /**
   * Changes an object at the right place alone and beside no earlier call for it, and believes what came of it if the
   * place still is the right one afterwards.
   */
  async #changed<Value>(
    change: Change<Value>,
    run: (driver: WritableStore, signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    const { doing, writesKey: key, signal } = change;
    const driver = this.#writable(doing, change.power);
    this.#checkKey(key, doing);
    // At once, as a look at a store that hangs takes long; and again, as much may have happened meanwhile.
    this.#refuseUnended(key, doing);
    await this.#place.check(signal);
    this.#refuseUnended(key, doing);
    const value = await this.#believed(signal, () => this.#gate.call(change, (inner) => run(driver, inner)));
    try {
      await this.#place.confirm(signal);
    } catch (error) {
      await change.onDisbelieved?.(value, error);
      throw error;
    }
    return value;
  }

  #repeated<Value>(
    doing: string,
    signal: AbortSignal | undefined,
    run: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    return this.#gate.retried(signal, () => this.#control(doing, signal, run));
  }

  async #writer(
    change: Change<ObjectWriter>,
    open: (driver: WritableStore, signal: AbortSignal) => Promise<ObjectWriter>,
  ): Promise<ObjectWriter> {
    return this.#guarded(await this.#changed({ ...change, onLate: (late) => late.close() }, open));
  }

  #guarded(writer: ObjectWriter): ObjectWriter {
    return new GuardedWriter(this.id, writer, this.#gate, this.#limits, () => this.#options.onWritten?.());
  }

  /** "Not there" is an answer only of the right place, and so is that nothing may be written. */
  async #believed<Value>(signal: AbortSignal | undefined, run: () => Promise<Value>): Promise<Value> {
    try {
      return await run();
    } catch (error) {
      if (isStoreFault(error, ...answersOfThePlace)) await this.#place.confirm(signal);
      throw error;
    }
  }

  #writable(doing: string, power: StoreCapability = 'write'): WritableStore {
    for (const needed of ['write', power] as const) this.#withPower(needed, doing);
    if (this.#options.readOnly) throw fault('read-only', this.id, doing);
    return this[innerStore] as WritableStore;
  }

  #withPower(power: StoreCapability, doing: string): Store {
    if (!this.capabilities.has(power)) throw fault('unsupported', this.id, doing);
    return this[innerStore];
  }

  #checkKey(key: string, doing: string): void {
    if (!objectKey.test(key)) throw fault('bad-key', this.id, doing);
  }

  /** What was called off or given up may still come about: written beside it or removed before it, nobody would know. */
  #refuseUnended(key: string, doing: string): void {
    if (!this.#cloned.has(key) && !this.#gate.isStuck(key)) return;
    throw fault('unavailable', this.id, `${doing}, while an earlier call for it has not ended`);
  }
}

/** What a directory answers too whose file system is not mounted. */
const answersOfThePlace = ['not-found', 'exists', 'refused', 'read-only', 'full'] as const;

/** A writer that was begun at a place that is not to be believed. */
async function forget(writer: ObjectWriter, error: unknown): Promise<void> {
  // Whoever goes on with the object meanwhile has it: only what was begun at a wrong place is removed.
  if (isStoreFault(error, 'wrong-store')) {
    await writer.abandon({ signal: AbortSignal.timeout(forgettingMilliseconds) }).catch(() => undefined);
  }
  // Closing never rejects, and what hangs is nothing to wait for.
  void writer.close();
}

const forgettingMilliseconds = 1_000;

/** A copy inside a store may take as long as it takes; setTimeout knows no longer time. */
const cloneTimeoutMilliseconds = 2 ** 31 - 1;

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
