import { MiB } from '#lib/contract/limits.ts';
import type { DurablePoint, ObjectWriter } from '../stores/store.ts';
import type { Slot } from './slots.ts';
import type { SinkProgress } from './types.ts';

/** One call of a writer gets at most this much, so that an abort and a durable point never wait long behind it. */
const appendLimitBytes = 4 * MiB;

type Entry =
  | { kind: 'data'; chunk: Uint8Array; slot: Slot }
  | { kind: 'zeros'; length: number }
  | { kind: 'flush'; done: () => void };

/**
 * One target of a road: a queue in front of a writer, which is called once at a time. It never throws: a failure stops
 * it and is told through `onFailure`; slots that it held are free again.
 */
export class Sink {
  readonly storeId: string;
  readonly writer: ObjectWriter;
  durable: DurablePoint;
  failure: Error | null = null;
  /** Accepted and not yet given to the writer, zeros included. */
  queuedBytes = 0;
  #position: number;
  /** How often the queue was given up. */
  #generation = 0;
  #queue: Entry[] = [];
  #running: Promise<void> | null = null;
  #signal: AbortSignal;
  #onChange: (sink: Sink) => void;

  constructor(options: {
    storeId: string;
    writer: ObjectWriter;
    durable: DurablePoint;
    signal: AbortSignal;
    /** The queue became shorter, or `failure` was set. */
    onChange: (sink: Sink) => void;
  }) {
    this.storeId = options.storeId;
    this.writer = options.writer;
    this.durable = options.durable;
    this.#position = options.writer.position;
    this.#signal = options.signal;
    this.#onChange = options.onChange;
  }

  get progress(): SinkProgress {
    return {
      storeId: this.storeId,
      position: this.#position,
      durable: this.durable,
      failure: this.failure,
    };
  }

  addData(slot: Slot, chunk: Uint8Array): void {
    if (this.failure) return;
    slot.retain();
    this.#queue.push({ kind: 'data', chunk, slot });
    this.#add(chunk.byteLength);
  }

  addZeros(length: number): void {
    if (this.failure) return;
    const last = this.#queue.at(-1);
    if (last?.kind === 'zeros') last.length += length;
    else this.#queue.push({ kind: 'zeros', length });
    this.#add(length);
  }

  /** Resolves when all that was added before is durable as far as the store can, or when the sink has failed. */
  flush(): Promise<void> {
    if (this.failure) return Promise.resolve();
    return new Promise((done) => {
      this.#queue.push({ kind: 'flush', done });
      this.#start();
    });
  }

  fail(failure: Error): void {
    if (this.failure) return;
    this.failure = failure;
    this.#giveUpQueue();
    this.#onChange(this);
  }

  /** Gives up what was not yet handed to the writer, makes the rest durable if it is kept, and lets go. Never rejects. */
  async leave({ isKept }: { isKept: boolean }): Promise<void> {
    this.#giveUpQueue();
    if (isKept) await this.flush();
    await this.close();
  }

  /** Waits for the call that is under way, then lets go of the writer. Never rejects. */
  async close(): Promise<void> {
    await this.#running;
    try {
      await this.writer.close();
    } catch (error) {
      this.fail(toError(error));
    }
  }

  #giveUpQueue(): void {
    this.#generation += 1;
    this.queuedBytes = 0;
    for (const entry of this.#queue.splice(0)) {
      if (entry.kind === 'data') entry.slot.release();
      if (entry.kind === 'flush') entry.done();
    }
  }

  #add(bytes: number): void {
    this.queuedBytes += bytes;
    this.#start();
  }

  #start(): void {
    this.#running ??= this.#work().finally(() => {
      this.#running = null;
      if (this.#queue.length > 0) this.#start();
    });
  }

  async #work(): Promise<void> {
    try {
      for (let entry = this.#queue.shift(); entry; entry = this.#queue.shift()) {
        if (entry.kind === 'flush') await this.#flush(entry.done);
        else if (entry.kind === 'zeros') await this.#appendZeros(entry.length);
        else await this.#append(entry);
        this.#onChange(this);
      }
    } catch (error) {
      this.fail(toError(error));
    }
  }

  async #append(first: { chunk: Uint8Array; slot: Slot }): Promise<void> {
    const chunks = [first.chunk];
    const slots = [first.slot];
    let bytes = first.chunk.byteLength;
    for (let next = this.#queue[0]; next?.kind === 'data'; next = this.#queue[0]) {
      if (bytes + next.chunk.byteLength > appendLimitBytes) break;
      this.#queue.shift();
      chunks.push(next.chunk);
      slots.push(next.slot);
      bytes += next.chunk.byteLength;
    }
    const generation = this.#generation;
    try {
      await this.writer.append(chunks, { signal: this.#signal });
    } catch (error) {
      // Given up is not ended: a file system that hangs may write this memory out much later, and another process may
      // have gone on with the object by then. It must not be another image's.
      for (const slot of slots) slot.isRetired = true;
      throw error;
    } finally {
      for (const slot of slots) slot.release();
    }
    this.#moved(bytes, generation);
  }

  async #appendZeros(length: number): Promise<void> {
    const generation = this.#generation;
    await this.writer.appendZeros(length, { signal: this.#signal });
    this.#moved(length, generation);
  }

  async #flush(done: () => void): Promise<void> {
    try {
      this.durable = await this.writer.flush({ signal: this.#signal });
    } catch (error) {
      // Before `done`: whoever waits for it must see the failure.
      this.fail(toError(error));
    }
    done();
  }

  #moved(bytes: number, generation: number): void {
    this.#position += bytes;
    // A queue that was given up meanwhile has no account any more.
    if (generation === this.#generation) this.queuedBytes -= bytes;
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
