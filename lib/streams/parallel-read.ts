import { KiB, MiB } from '#lib/contract/limits.ts';
import { ReadWidth } from './read-width.ts';
import { freeChunk } from './young-memory.ts';

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
/** Of a request without memory of its own. */
const chunksAhead = 2;

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
 * Reads a range, with several requests at once where one connection to the store is slower than the line is, and yields
 * its bytes in order, in chunks of at most 512 KiB. The first request is read as fast as the receiver takes it; those
 * ahead of it fill memory. Ending the iteration early ends all requests.
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
    const batches = options.open({ offset: next, length }, signal);
    requests.push(new Request(inChunks(batches, length, allocate), reservedBytes));
    next += length;
  };
  const openAhead = () => {
    while (next < end && requests.length < width.requests && ahead.tryTake(stepBytes)) openNext(stepBytes);
  };

  let position = range.offset;
  try {
    while (position < end) {
      if (requests.length === 0) openNext(0);
      openAhead();
      const head = requests[0];
      if (head === undefined) break;
      const askedAt = performance.now();
      const chunk = await head.take();
      const waited = performance.now() - askedAt;
      if (chunk === null) {
        width.noteEnd(stepBytes);
        requests.shift();
        if (head.reservedBytes > 0) ahead.give(head.reservedBytes);
        continue;
      }
      width.noteTaken(chunk.byteLength, waited);
      position += chunk.byteLength;
      yield chunk;
    }
  } finally {
    stopping.abort();
    for (const request of requests) {
      if (request.reservedBytes > 0) ahead.give(request.reservedBytes);
    }
    await Promise.all(requests.map((request) => request.end()));
  }
}

/**
 * What comes is copied at once, also what nobody asks for yet: pieces from sockets that wait grow old, and V8 frees the
 * memory of old ones only in full collections, which stop everything several times for each GiB.
 */
async function* inChunks(
  batches: AsyncIterable<Batch>,
  length: number,
  allocate: (length: number) => Uint8Array,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = length;
  let chunk: Uint8Array | null = null;
  let filled = 0;
  for await (const batch of batches) {
    for (const piece of batch) {
      for (let taken = 0; taken < piece.byteLength;) {
        chunk ??= allocate(Math.min(chunkBytes, left));
        const count = Math.min(piece.byteLength - taken, chunk.byteLength - filled);
        chunk.set(count === piece.byteLength ? piece : piece.subarray(taken, taken + count), filled);
        filled += count;
        taken += count;
        if (filled < chunk.byteLength) continue;
        left -= filled;
        yield chunk;
        chunk = null;
        filled = 0;
      }
      freeChunk(piece);
    }
  }
  if (chunk !== null && filled > 0) yield chunk.subarray(0, filled);
}

/** One request, read ahead of its receiver: all of it with memory of its own, a few chunks without. */
class Request {
  readonly reservedBytes: number;
  readonly #chunks: Uint8Array[] = [];
  readonly #pumping: Promise<void>;
  #isOver = false;
  #isLetGo = false;
  #failure: { error: unknown } | null = null;
  /** The receiver waits for a chunk. */
  #wake: (() => void) | null = null;
  /** The pump waits for room. */
  #goOn: (() => void) | null = null;

  constructor(chunks: AsyncIterable<Uint8Array>, reservedBytes: number) {
    this.reservedBytes = reservedBytes;
    this.#pumping = this.#pump(chunks);
  }

  /** The next chunk; null at the end. */
  async take(): Promise<Uint8Array | null> {
    for (;;) {
      const chunk = this.#chunks.shift();
      this.#goOn?.();
      if (chunk !== undefined) return chunk;
      if (this.#failure !== null) throw this.#failure.error;
      if (this.#isOver) return null;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Lets go, in the middle or at the end. What it throws nobody asks for any more. */
  async end(): Promise<void> {
    this.#isLetGo = true;
    this.#goOn?.();
    await this.#pumping;
  }

  async #pump(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of chunks) {
        this.#chunks.push(chunk);
        this.#wake?.();
        while (this.reservedBytes === 0 && this.#chunks.length >= chunksAhead && !this.#isLetGo) {
          await new Promise<void>((resolve) => (this.#goOn = resolve));
        }
        if (this.#isLetGo) break;
      }
    } catch (error) {
      this.#failure = { error };
    }
    this.#isOver = true;
    this.#wake?.();
  }
}
