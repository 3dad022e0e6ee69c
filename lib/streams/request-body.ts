import type { IncomingMessage } from 'node:http';
import { noteReceived } from './young-memory.ts';
import { StowageError } from '../contract/errors.ts';

const leastWaterBytes = 64 * 1024;
const mostWaterBytes = 2 * 1024 * 1024;

/** What waits of all bodies together, before each holds only the least: the more bodies, the less of each. */
const mostOfAllBytes = 4 * 1024 * 1024;

/** On globalThis: the bundled routes that receive have their own copy of this file. */
const pin = Symbol.for('stowage.request-bodies');
const pinned = globalThis as { [pin]?: { waitingBytes: number } };
const all = (pinned[pin] ??= { waitingBytes: 0 });

/**
 * The body of a request straight from Node, in batches of what has arrived, without a promise for every 64 KiB. Reads
 * nothing before it is asked, and stops while as much waits as was taken last, 2 MiB at most: of a thousand uploads that
 * wait for their turn none holds more than it has to. Never destroys the request, so that an answer can still be sent.
 */
export class RequestBody {
  readonly #request: IncomingMessage;
  readonly #idleMilliseconds: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** What of it counts among all bodies. */
  #countedBytes = 0;
  #highWaterBytes = leastWaterBytes;
  #isStarted = false;
  #ended = false;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;

  constructor(request: IncomingMessage, idleMilliseconds = 120_000) {
    this.#request = request;
    this.#idleMilliseconds = idleMilliseconds;
    request.on('end', this.#end);
    request.on('error', this.#fail);
    request.on('close', this.#close);
    this.#ended = request.readableEnded;
    // Whoever left before we listened does not leave again.
    if (request.destroyed) this.#close();
  }

  #take = (chunk: Buffer): void => {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.byteLength;
    this.#count(this.#waitingBytes);
    noteReceived(chunk.byteLength);
    if (this.#waitingBytes >= this.#highWaterBytes) this.#request.pause();
    this.#wake?.();
  };

  #end = (): void => {
    this.#ended = true;
    this.#wake?.();
  };

  #fail = (error: Error): void => {
    this.#failure ??= error;
    this.#wake?.();
  };

  #close = (): void => {
    // Whether anybody takes it or not: nothing follows.
    this.#count(0);
    if (!this.#ended)
      this.#failure ??= new StowageError('bad_request', 'The connection ended before the body did.');
    this.#wake?.();
  };

  /** What has arrived; null at the end. Rejects when the connection broke or `signal` is aborted (with its reason). */
  async next(signal: AbortSignal): Promise<readonly Buffer[] | null> {
    if (!this.#isStarted) {
      this.#isStarted = true;
      this.#request.on('data', this.#take);
    }
    for (;;) {
      signal.throwIfAborted();
      if (this.#waiting.length > 0) {
        const batch = this.#waiting;
        this.#waiting = [];
        this.#waitingBytes = 0;
        this.#count(0);
        const share = Math.max(leastWaterBytes, (mostOfAllBytes - all.waitingBytes) / 2);
        this.#highWaterBytes = Math.min(mostWaterBytes, share, 2 * this.#highWaterBytes);
        this.#request.resume();
        return batch;
      }
      if (this.#failure !== null) throw this.#failure;
      if (this.#ended) return null;
      await this.#arrival(signal);
    }
  }

  async #arrival(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const idle = setTimeout(() => {
      this.#fail(
        new StowageError(
          'bad_request',
          `Nothing arrived for ${this.#idleMilliseconds / 1000} s, so the connection was given up.`,
          {
            remedy: 'Go on from the durable offset.',
          },
        ),
      );
    }, this.#idleMilliseconds);
    const woken = () => resolve();
    signal.addEventListener('abort', woken, { once: true });
    await promise;
    clearTimeout(idle);
    signal.removeEventListener('abort', woken);
    this.#wake = null;
  }

  #count(bytes: number): void {
    all.waitingBytes += bytes - this.#countedBytes;
    this.#countedBytes = bytes;
  }

  /** Lets go of the request. What is still unread the server deals with when the answer is sent. */
  release(): void {
    this.#request.off('data', this.#take);
    this.#request.off('end', this.#end);
    this.#request.off('close', this.#close);
    this.#count(0);
  }
}
