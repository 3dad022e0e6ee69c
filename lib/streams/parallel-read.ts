import { KiB, MiB } from '#lib/contract/limits.ts';
import { ReadWidth } from './read-width.ts';

export interface ParallelReadOptions {
  range: { offset: number; length: number };
  /** Bytes of one request of several; the last one is shorter, and one that goes alone may be longer. */
  stepBytes: number;
  /** Requests at once, if that makes it faster. */
  parallel: number;
  /** What requests that run ahead may hold in memory, for all who share it. */
  ahead: ReadAheadBudget;
  /** Opens one request: exactly the bytes of the range in batches of pieces, which belong to the receiver. */
  open(range: { offset: number; length: number }, signal: AbortSignal): AsyncIterable<Batch>;
  /** Memory for a chunk; fresh memory without it. */
  allocate?(length: number): Uint8Array;
  signal?: AbortSignal | undefined;
}

type Batch = readonly Uint8Array[];

const chunkBytes = 512 * KiB;

/** Bytes that readers may hold before they are asked for them. Who gets none reads one request after the other. */
export class ReadAheadBudget {
  #left: number;

  constructor(limitBytes = 64 * MiB) {
    this.#left = limitBytes;
  }

  tryTake(bytes: number): boolean {
    if (this.#left < bytes) return false;
    this.#left -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#left += bytes;
  }
}

/**
 * Reads a range, with several requests at once where one connection to the store is slower than the line is, and yields its bytes in order, in chunks of 512 KiB. The first request is read as fast as the receiver takes it;
 * those ahead of it fill memory. Ending the iteration early ends all requests.
 */
export async function* readParallel(
  options: ParallelReadOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { range, stepBytes, parallel, ahead, allocate = Buffer.allocUnsafeSlow } = options;
  const end = range.offset + range.length;
  const stopping = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stopping.signal]) : stopping.signal;
  const requests: Request[] = [];
  let next = range.offset;
  const width = new ReadWidth(parallel);
  const openNext = (reservedBytes: number) => {
    const length = Math.min(stepBytes * (reservedBytes > 0 ? 1 : width.steps), end - next);
    requests.push(new Request(options.open({ offset: next, length }, signal), reservedBytes));
    next += length;
  };
  const openAhead = () => {
    while (next < end && requests.length < width.requests && ahead.tryTake(stepBytes)) openNext(stepBytes);
  };

  let position = range.offset;
  let chunk: Uint8Array | null = null;
  let filled = 0;
  try {
    while (position < end) {
      if (requests.length === 0) openNext(0);
      openAhead();
      const head = requests[0];
      if (head === undefined) break;
      const askedAt = performance.now();
      const batch = await head.take();
      const waited = performance.now() - askedAt;
      if (batch === null) {
        width.noteEnd(stepBytes);
        requests.shift();
        if (head.reservedBytes > 0) ahead.give(head.reservedBytes);
        continue;
      }
      width.noteTaken(sumOf(batch), waited);
      for (const piece of batch) {
        for (let taken = 0; taken < piece.byteLength;) {
          chunk ??= allocate(Math.min(chunkBytes, end - position));
          const count = Math.min(piece.byteLength - taken, chunk.byteLength - filled);
          chunk.set(count === piece.byteLength ? piece : piece.subarray(taken, taken + count), filled);
          filled += count;
          position += count;
          taken += count;
          if (filled < chunk.byteLength) continue;
          const full = chunk;
          chunk = null;
          filled = 0;
          yield full;
        }
      }
    }
    if (chunk !== null && filled > 0) yield chunk.subarray(0, filled);
  } finally {
    stopping.abort();
    for (const request of requests) {
      if (request.reservedBytes > 0) ahead.give(request.reservedBytes);
    }
    await Promise.all(requests.map((request) => request.end()));
  }
}

function sumOf(batch: Batch): number {
  return batch.reduce((sum, piece) => sum + piece.byteLength, 0);
}

/** One request. With memory of its own it is read ahead from the start; without, piece by piece when it is asked. */
class Request {
  readonly reservedBytes: number;
  readonly #iterator: AsyncIterator<Batch>;
  readonly #batches: Batch[] = [];
  #pumping: Promise<void> | null = null;
  #isOver = false;
  #failure: { error: unknown } | null = null;
  #wake: (() => void) | null = null;

  constructor(batches: AsyncIterable<Batch>, reservedBytes: number) {
    this.reservedBytes = reservedBytes;
    this.#iterator = batches[Symbol.asyncIterator]();
    if (reservedBytes > 0) this.#pumping = this.#pump();
  }

  /** The next pieces; null at the end. */
  async take(): Promise<Batch | null> {
    if (this.#pumping === null) {
      const step = await this.#iterator.next();
      return step.done ? null : step.value;
    }
    for (;;) {
      const batch = this.#batches.shift();
      if (batch !== undefined) return batch;
      if (this.#failure !== null) throw this.#failure.error;
      if (this.#isOver) return null;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Lets go, in the middle or at the end. What it throws nobody asks for any more. */
  async end(): Promise<void> {
    await this.#pumping;
    await this.#iterator.return?.().catch(() => undefined);
  }

  async #pump(): Promise<void> {
    try {
      for (let step = await this.#iterator.next(); !step.done; step = await this.#iterator.next()) {
        this.#batches.push(step.value);
        this.#wake?.();
      }
    } catch (error) {
      this.#failure = { error };
    }
    this.#isOver = true;
    this.#wake?.();
  }
}
