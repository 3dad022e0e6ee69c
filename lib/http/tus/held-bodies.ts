import { StowageError } from '../../contract/errors.ts';

export interface HoldLimits {
  /** Memory for all bodies that are held at once. */
  roomBytes: number;
  /** While others wait, a body that has come more slowly than this since its grace is let go. */
  leastBytesPerSecond: number;
  graceMilliseconds: number;
  /** For all of one body, whether others wait or not. */
  patienceMilliseconds: number;
}

export interface Hold {
  /** Aborted, with a StowageError, when this body has to make room for others. */
  readonly signal: AbortSignal;
  /** Bytes that have come so far. */
  receivedBytes: number;
  release(): void;
}

/**
 * Memory for bodies that have to be whole before they count: so many bytes at once, in the order in which they came.
 * Whoever sends slowly may do so only while nobody waits.
 */
export class HeldBodies {
  readonly #limits: HoldLimits;
  #takenBytes = 0;
  readonly #waiting: { bytes: number; enter: () => void }[] = [];

  constructor(limits: HoldLimits) {
    this.#limits = limits;
  }

  /** Resolves when there is room for `bytes`, which must not be more than all of it. */
  async take(bytes: number): Promise<Hold> {
    if (this.#waiting.length > 0 || this.#takenBytes + bytes > this.#limits.roomBytes) {
      await new Promise<void>((enter) => this.#waiting.push({ bytes, enter }));
    } else {
      this.#takenBytes += bytes;
    }
    return this.#open(bytes);
  }

  #open(bytes: number): Hold {
    const { leastBytesPerSecond, graceMilliseconds, patienceMilliseconds } = this.#limits;
    const controller = new AbortController();
    const startedAt = performance.now();
    const timer = setInterval(() => {
      const milliseconds = performance.now() - startedAt;
      const dueBytes = (leastBytesPerSecond * (milliseconds - graceMilliseconds)) / 1000;
      const isSlow = this.#waiting.length > 0 && hold.receivedBytes < dueBytes;
      if (isSlow || milliseconds > patienceMilliseconds) controller.abort(tooSlow());
    }, graceMilliseconds / 10);
    const hold: Hold = {
      signal: controller.signal,
      receivedBytes: 0,
      release: () => {
        clearInterval(timer);
        this.#takenBytes -= bytes;
        this.#admit();
      },
    };
    return hold;
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#takenBytes + next.bytes > this.#limits.roomBytes) return;
      this.#waiting.shift();
      this.#takenBytes += next.bytes;
      next.enter();
    }
  }
}

function tooSlow(): StowageError {
  return new StowageError(
    'too_many_requests',
    'These bytes came so slowly that their memory went to others. Nothing of them was kept.',
    {
      remedy: 'Send smaller ones from the same offset, or send without Upload-Checksum.',
      retryAfterSeconds: 5,
    },
  );
}
