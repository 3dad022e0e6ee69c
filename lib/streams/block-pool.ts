import { MiB } from '#lib/contract/limits.ts';
import { freeChunk } from './young-memory.ts';

/**
 * Memory in blocks for bytes that wait to be sent, used again and bounded for all who share the pool. Who cannot go on
 * without a block, holds too little to send and has nothing under way may take one beyond the limit: otherwise many
 * slow senders that each hold half a part would wait for each other.
 */
export class BlockPool {
  readonly blockBytes: number;
  readonly #limit: number;
  readonly #idleMilliseconds: number;
  readonly #free: Uint8Array[] = [];
  #waiting: (() => void)[] = [];
  #lent = 0;
  #forget: NodeJS.Timeout | undefined;

  constructor({ blockBytes = 1 * MiB, limitBytes = 96 * MiB, idleMilliseconds = 5_000 } = {}) {
    this.blockBytes = blockBytes;
    this.#limit = Math.max(1, Math.floor(limitBytes / blockBytes));
    this.#idleMilliseconds = idleMilliseconds;
  }

  /** Blocks that are in use. */
  get lent(): number {
    return this.#lent;
  }

  /** Null when the limit is reached. */
  tryTake(): Uint8Array | null {
    return this.#lent < this.#limit ? this.takeBeyondLimit() : null;
  }

  takeBeyondLimit(): Uint8Array {
    this.#lent += 1;
    return this.#free.pop() ?? new Uint8Array(new ArrayBuffer(this.blockBytes));
  }

  /** Gives back what was taken, once; nobody may look at it any more. */
  give(block: Uint8Array): void {
    this.#lent -= 1;
    if (this.#lent + this.#free.length < this.#limit) this.#free.push(block);
    for (const wake of this.#waiting.splice(0)) wake();
    // Who has sent much and then rests gives the memory back to the system.
    if (this.#lent > 0 || this.#forget !== undefined) return;
    this.#forget = setTimeout(() => {
      this.#forget = undefined;
      if (this.#lent === 0) for (const block of this.#free.splice(0)) freeChunk(block);
    }, this.#idleMilliseconds).unref();
  }

  /** Resolves when a block may have come back. Rejects with the signal's reason. */
  given(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting = this.#waiting.filter((other) => other !== wake);
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.push(wake);
    });
  }
}
