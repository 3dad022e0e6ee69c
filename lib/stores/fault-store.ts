import { setTimeout as delay } from 'node:timers/promises';
import type {
  CallOptions,
  CloneRequest,
  CloningStore,
  Extent,
  ListedObject,
  ObjectWriter,
  Store,
  StoreCapability,
} from './store.ts';
import type { GuardedStore } from './store.ts';
import { innermostStore, innerStore, type WrappingStore } from './wrapped-store.ts';

/** What happens at a call. `truncate` and `corrupt` act on the chunks of a read and leave other calls alone. */
export type Misfortune =
  | { kind: 'fail'; error: Error }
  /** The call does its work, and then its answer is lost. */
  | { kind: 'fail-after'; error: Error }
  | { kind: 'delay'; milliseconds: number }
  | { kind: 'truncate' }
  | { kind: 'corrupt' };

export interface PlannedCall {
  /** Counts from 1 over all calls of the store, its writers and each step of its iterations. */
  number: number;
  name: string;
}

export type FaultPlan = (call: PlannedCall, random: () => number) => Misfortune | null;

type AllPowers = Omit<GuardedStore, 'health'>;

/**
 * A store in front of a driver that lets calls go wrong as planned: for tests of whoever uses stores. The same seed
 * and the same calls give the same faults.
 */
export class FaultStore implements AllPowers, WrappingStore {
  readonly id: string;
  readonly driver: string;
  readonly capabilities: ReadonlySet<StoreCapability>;
  readonly [innerStore]: Store;
  plan: FaultPlan;
  #calls = 0;
  readonly #random: () => number;

  constructor(driver: Store, { seed = 1, plan = () => null }: { seed?: number; plan?: FaultPlan } = {}) {
    this.id = driver.id;
    this.driver = driver.driver;
    this.capabilities = driver.capabilities;
    this[innerStore] = driver;
    this.plan = plan;
    this.#random = seededRandom(seed);
  }

  get calls(): number {
    return this.#calls;
  }

  readMarker: AllPowers['readMarker'] = (options) =>
    this.#call('readMarker', () => this.#inner.readMarker(options));
  writeMarker: AllPowers['writeMarker'] = (marker, options) =>
    this.#call('writeMarker', () => this.#inner.writeMarker(marker, options));
  stat: AllPowers['stat'] = (key, options) => this.#call('stat', () => this.#inner.stat(key, options));
  begin: AllPowers['begin'] = (key, options) =>
    this.#call('begin', async () => this.#writer(await this.#inner.begin(key, options)));
  resume: AllPowers['resume'] = (key, options) =>
    this.#call('resume', async () => this.#writer(await this.#inner.resume(key, options)));
  discard: AllPowers['discard'] = (key, state, options) =>
    this.#call('discard', () => this.#inner.discard(key, state, options));
  remove: AllPowers['remove'] = (key, options) =>
    this.#call('remove', () => this.#inner.remove(key, options));
  canCloneFrom: AllPowers['canCloneFrom'] = (source) =>
    this.#call('canCloneFrom', () => (this.#inner as CloningStore).canCloneFrom(innermostStore(source)));
  clone = (source: Store, request: CloneRequest) =>
    this.#call('clone', () => this.#inner.clone(innermostStore(source), request));
  capacity: AllPowers['capacity'] = (options) => this.#call('capacity', () => this.#inner.capacity(options));
  close = () => this.#inner.close();

  async *read(...parameters: Parameters<Store['read']>): AsyncGenerator<Uint8Array> {
    for await (const { value, misfortune } of this.#steps('read', this.#inner.read(...parameters))) {
      if (misfortune?.kind === 'truncate') return;
      yield misfortune?.kind === 'corrupt' ? this.#withFlippedBit(value) : value;
    }
  }

  async *extents(key: string, options?: CallOptions): AsyncGenerator<Extent> {
    for await (const { value } of this.#steps('extents', this.#inner.extents(key, options))) yield value;
  }

  async *list(options?: CallOptions): AsyncGenerator<ListedObject> {
    for await (const { value } of this.#steps('list', this.#inner.list(options))) yield value;
  }

  get #inner(): AllPowers {
    return this[innerStore] as AllPowers;
  }

  #writer(writer: ObjectWriter): ObjectWriter {
    return {
      key: writer.key,
      get position() {
        return writer.position;
      },
      append: (chunks, options) => this.#call('append', () => writer.append(chunks, options)),
      appendZeros: (length, options) => this.#call('appendZeros', () => writer.appendZeros(length, options)),
      flush: (options) => this.#call('flush', () => writer.flush(options)),
      commit: (options) => this.#call('commit', () => writer.commit(options)),
      abandon: (options) => this.#call('abandon', () => writer.abandon(options)),
      close: () => this.#call('close', () => writer.close()),
    };
  }

  async #call<Value>(name: string, run: () => Promise<Value>): Promise<Value> {
    const misfortune = await this.#meet(name);
    const value = await run();
    if (misfortune?.kind === 'fail-after') throw misfortune.error;
    return value;
  }

  async *#steps<Value>(name: string, values: AsyncIterable<Value>) {
    await this.#meet(name);
    for await (const value of values) {
      const misfortune = await this.#meet(`${name} step`);
      if (misfortune?.kind === 'fail-after') throw misfortune.error;
      yield { value, misfortune };
    }
  }

  async #meet(name: string): Promise<Misfortune | null> {
    this.#calls += 1;
    const misfortune = this.plan({ number: this.#calls, name }, this.#random);
    if (misfortune?.kind === 'fail') throw misfortune.error;
    if (misfortune?.kind === 'delay') await delay(misfortune.milliseconds);
    return misfortune;
  }

  #withFlippedBit(chunk: Uint8Array): Uint8Array {
    const flipped = Uint8Array.from(chunk);
    const at = Math.floor(this.#random() * flipped.length);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << Math.floor(this.#random() * 8));
    return flipped;
  }
}

/** The n-th call meets the misfortune, no other one does. */
export function atCall(number: number, misfortune: Misfortune): FaultPlan {
  return (call) => (call.number === number ? misfortune : null);
}

/**
 * Runs `workload` with its first call hit, then its second one, and so on, until it comes through without being hit.
 * @param workload is given the number of the call to hit and says whether that call was reached.
 * @returns how many calls were hit. Throws when there is no end at `limit`, or when nothing could be hit.
 */
export async function forEveryCall(
  workload: (number: number) => Promise<{ wasReached: boolean }>,
  limit = 10_000,
): Promise<number> {
  for (let number = 1; number <= limit; number++) {
    const { wasReached } = await workload(number);
    if (wasReached) continue;
    if (number === 1) throw new Error('The workload made no call that could fail.');
    return number - 1;
  }
  throw new Error(`The workload was not through after ${limit} calls.`);
}

/** mulberry32: small, fast, the same everywhere. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
