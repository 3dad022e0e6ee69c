import { setTimeout as delay } from 'node:timers/promises';
import { MiB } from '#lib/contract/limits.ts';
import { Places } from '#lib/streams/places.ts';
import { fault, isTrouble, toStoreFault } from './faults.ts';
import type { StoreFault, StoreHealthFigures } from './store.ts';

export interface GateOptions {
  /** Calls of the driver that run at once; the others wait. A stream holds a place only while it is asked for more. */
  callsAtOnce: number;
  /** For calls that move no bytes. */
  controlTimeoutMilliseconds: number;
  /** For each step of a stream of bytes; there is no limit on the whole. */
  idleTimeoutMilliseconds: number;
  /** For what may take long in honest stores: flush, commit, removal of a big object. */
  slowTimeoutMilliseconds: number;
  /** After the signal a driver has so long to stop by itself. */
  abortGraceMilliseconds: number;
  /** Tries of what is safe to repeat. */
  attempts: number;
  firstBackoffMilliseconds: number;
  random(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const defaultGateOptions: GateOptions = {
  callsAtOnce: 64,
  controlTimeoutMilliseconds: 30_000,
  idleTimeoutMilliseconds: 60_000,
  slowTimeoutMilliseconds: 600_000,
  abortGraceMilliseconds: 1_000,
  attempts: 4,
  firstBackoffMilliseconds: 100,
  random: Math.random,
  sleep: async (milliseconds, signal) => {
    await delay(milliseconds, undefined, { signal });
  },
};

/** A shorter read tells of the latency and not of the speed. */
const leastMeasuredBytes = 16 * MiB;

export interface GatedCall<Value> {
  /** What is being done, as a gerund, for the message of the fault. */
  doing: string;
  timeoutMilliseconds: number;
  signal?: AbortSignal;
  /** The object that is written to: `isStuck` knows it while a call that was given up still runs. */
  writesKey?: string;
  /** Frees what a call that was given up brings after all. */
  onLate?(value: Value): Promise<void>;
}

/** Every call of a driver goes through here: limited in number and time, stopped by signals, its errors wrapped and counted. */
export class CallGate {
  readonly #storeId: string;
  readonly #options: GateOptions;
  readonly #places: Places;
  readonly #onFault: (fault: StoreFault) => void;
  readonly #stuck = new Map<string, number>();
  #failedCalls = 0;
  #lastFailure: StoreHealthFigures['lastFailure'] = null;
  #readLatency: number | null = null;
  #readRate: number | null = null;

  constructor(storeId: string, options: GateOptions, onFault: (fault: StoreFault) => void) {
    this.#storeId = storeId;
    this.#options = options;
    this.#places = new Places(options.callsAtOnce);
    this.#onFault = onFault;
  }

  get health(): StoreHealthFigures {
    return {
      readLatencyMilliseconds: this.#readLatency,
      readBytesPerSecond: this.#readRate,
      failedCalls: this.#failedCalls,
      lastFailure: this.#lastFailure,
    };
  }

  /** A call for this object was given up and may still write: nobody else must write there. */
  isStuck(key: string): boolean {
    return this.#stuck.has(key);
  }

  noteReadLatency(milliseconds: number): void {
    this.#readLatency =
      this.#readLatency === null ? milliseconds : this.#readLatency * 0.8 + milliseconds * 0.2;
  }

  /**
   * A read of so many bytes took so long, with whatever its reader did in between: the store is at least so fast. The
   * fastest counts, and less and less if none comes near it any more.
   */
  noteRead(bytes: number, milliseconds: number): void {
    if (bytes < leastMeasuredBytes || milliseconds <= 0) return;
    const measured = (bytes * 1000) / milliseconds;
    const known = this.#readRate ?? 0;
    this.#readRate = measured >= known ? measured : known * 0.95 + measured * 0.05;
  }

  /** Counts a fault and returns it, to be thrown. */
  note(found: StoreFault): StoreFault {
    if (isTrouble(found)) {
      this.#failedCalls += 1;
      this.#lastFailure = { at: new Date(), message: found.message };
      this.#onFault(found);
    }
    return found;
  }

  async call<Value>(call: GatedCall<Value>, run: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    const { doing, signal } = call;
    if (signal?.aborted) throw fault('aborted', this.#storeId, doing, signal.reason);
    const stopping = new AbortController();
    const givenUp = Promise.withResolvers<never>();
    let isGivenUp = false;
    let grace: NodeJS.Timeout | undefined;
    const giveUp = (kind: 'unavailable' | 'aborted') => {
      isGivenUp = true;
      stopping.abort();
      givenUp.reject(fault(kind, this.#storeId, doing, undefined, kind === 'aborted' ? null : 'ETIMEDOUT'));
    };
    const timer = setTimeout(() => giveUp('unavailable'), call.timeoutMilliseconds);
    const onAbort = () => {
      stopping.abort(signal?.reason);
      grace = setTimeout(() => giveUp('aborted'), this.#options.abortGraceMilliseconds);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    const work = this.#run(stopping.signal, run);
    try {
      return await Promise.race([work, givenUp.promise]);
    } catch (error) {
      throw this.note(toStoreFault(error, this.#storeId, doing, signal));
    } finally {
      clearTimeout(timer);
      clearTimeout(grace);
      signal?.removeEventListener('abort', onAbort);
      if (isGivenUp) this.#watchOver(work, call);
    }
  }

  /** Tries again, with growing and random pauses, while the store is `unavailable`. */
  async retried<Value>(signal: AbortSignal | undefined, run: () => Promise<Value>): Promise<Value> {
    for (let failures = 1; ; failures++) {
      try {
        return await run();
      } catch (error) {
        if (!(await this.mayTryAgain(error as StoreFault, failures, signal))) throw error;
      }
    }
  }

  /** Waits before another try; false when there shall be none. */
  async mayTryAgain(error: StoreFault, failures: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (error.kind !== 'unavailable' || failures >= this.#options.attempts || signal?.aborted) return false;
    const longest = Math.min(this.#options.firstBackoffMilliseconds * 2 ** (failures - 1), 5_000);
    try {
      await this.#options.sleep(longest * (0.5 + this.#options.random() / 2), signal);
    } catch (interruption) {
      throw toStoreFault(interruption, this.#storeId, 'waiting to try again', signal);
    }
    return true;
  }

  /** An iteration whose every step is such a call. Ending it early ends the driver's. */
  async *stream<Value>(
    doing: string,
    signal: AbortSignal | undefined,
    open: (signal: AbortSignal) => AsyncIterable<Value>,
  ): AsyncGenerator<Value, void, undefined> {
    const stopping = new AbortController();
    const iterator = open(signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal)[
      Symbol.asyncIterator
    ]();
    let isStepRunning = false;
    const next = async () => {
      isStepRunning = true;
      try {
        return await iterator.next();
      } finally {
        isStepRunning = false;
      }
    };
    try {
      for (;;) {
        const timeoutMilliseconds = this.#options.idleTimeoutMilliseconds;
        const step = await this.call({ doing, signal, timeoutMilliseconds }, next);
        if (step.done) return;
        yield step.value;
      }
    } finally {
      stopping.abort();
      const ended = iterator.return?.().catch(() => undefined);
      // A generator queues its end behind a step that hangs: nobody waits for that.
      if (!isStepRunning) await ended;
    }
  }

  async #run<Value>(signal: AbortSignal, run: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    const leave = await this.#places.take(signal);
    try {
      return await run(signal);
    } finally {
      leave();
    }
  }

  #watchOver<Value>(work: Promise<Value>, { writesKey, onLate }: GatedCall<Value>): void {
    const count = (change: number) => {
      if (writesKey === undefined) return;
      const left = (this.#stuck.get(writesKey) ?? 0) + change;
      if (left > 0) this.#stuck.set(writesKey, left);
      else this.#stuck.delete(writesKey);
    };
    count(1);
    work
      .then((value) => onLate?.(value))
      // The caller has long been told that this call failed.
      .catch(() => undefined)
      .finally(() => count(-1));
  }
}
