import { GiB } from '#lib/contract/limits.ts';
import type { CallGate, GateOptions } from './call-gate.ts';
import { fault } from './faults.ts';
import type { CallOptions, DurablePoint, ObjectStat, ObjectWriter } from './store.ts';

/** A hole of a terabyte is written out by a store that has no holes: each call must end in its time. */
const zerosAtOnceBytes = 4 * GiB;

/** The guard in front of a writer: after a rejected call it lets only `abandon` and `close` through. */
export class GuardedWriter implements ObjectWriter {
  readonly key: string;
  readonly #storeId: string;
  readonly #writer: ObjectWriter;
  readonly #gate: CallGate;
  readonly #options: GateOptions;
  readonly #onWritten: () => void;
  #state: 'open' | 'broken' | 'committed' | 'closed' = 'open';

  constructor(
    storeId: string,
    writer: ObjectWriter,
    gate: CallGate,
    options: GateOptions,
    onWritten: () => void,
  ) {
    this.key = writer.key;
    this.#storeId = storeId;
    this.#writer = writer;
    this.#gate = gate;
    this.#options = options;
    this.#onWritten = onWritten;
  }

  get position(): number {
    return this.#writer.position;
  }

  append(chunks: readonly Uint8Array[], { signal }: CallOptions = {}): Promise<void> {
    return this.#step('writing an object', this.#options.idleTimeoutMilliseconds, signal, (inner) =>
      this.#writer.append(chunks, { signal: inner }),
    );
  }

  async appendZeros(length: number, { signal }: CallOptions = {}): Promise<void> {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new RangeError('Zeros are appended in whole, non-negative numbers.');
    }
    let left = length;
    do {
      const count = Math.min(left, zerosAtOnceBytes);
      await this.#step('writing zeros', this.#options.slowTimeoutMilliseconds, signal, (inner) =>
        this.#writer.appendZeros(count, { signal: inner }),
      );
      left -= count;
    } while (left > 0);
  }

  flush({ signal }: CallOptions = {}): Promise<DurablePoint> {
    return this.#step('making an object durable', this.#options.slowTimeoutMilliseconds, signal, (inner) =>
      this.#writer.flush({ signal: inner }),
    );
  }

  async commit({ signal }: CallOptions = {}): Promise<ObjectStat> {
    const stat = await this.#step(
      'publishing an object',
      this.#options.slowTimeoutMilliseconds,
      signal,
      (inner) => this.#writer.commit({ signal: inner }),
    );
    this.#state = 'committed';
    this.#onWritten();
    return stat;
  }

  async abandon({ signal }: CallOptions = {}): Promise<void> {
    if (this.#state === 'committed') return;
    this.#state = 'closed';
    await this.#gate.call(
      {
        doing: 'removing an unfinished object',
        timeoutMilliseconds: this.#options.slowTimeoutMilliseconds,
        signal,
        writesKey: this.key,
      },
      (inner) => this.#writer.abandon({ signal: inner }),
    );
    this.#onWritten();
  }

  async close(): Promise<void> {
    if (this.#state !== 'committed') this.#state = 'closed';
    let isAsked = false;
    await this.#gate
      .call(
        { doing: 'closing an object', timeoutMilliseconds: this.#options.controlTimeoutMilliseconds },
        () => {
          isAsked = true;
          return this.#writer.close();
        },
      )
      // Counted by the gate. Whoever closes has nothing left to do about it, but what it holds is freed in any case.
      .catch(() => {
        if (!isAsked) void this.#writer.close().catch(() => undefined);
      });
  }

  async #step<Value>(
    doing: string,
    timeoutMilliseconds: number,
    signal: AbortSignal | undefined,
    run: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    if (this.#state !== 'open') {
      throw fault(
        'failed',
        this.#storeId,
        `${doing} after the writer had ${this.#state === 'broken' ? 'failed' : 'ended'}`,
      );
    }
    try {
      return await this.#gate.call({ doing, timeoutMilliseconds, signal, writesKey: this.key }, run);
    } catch (error) {
      this.#state = 'broken';
      throw error;
    }
  }
}
