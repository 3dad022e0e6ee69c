import { MiB } from '#lib/contract/limits.ts';

/**
 * A road that was not written to during three ticks waits for its client and not for us. Ticks and not milliseconds:
 * between two of them every socket was asked once, however late the event loop is.
 */
const tickMilliseconds = 20;
const idleTicks = 3;

/** A turn ends when it has brought so much, so that small uploads end in one, or has lasted so long. */
const turnBytes = 8 * MiB;
const turnMilliseconds = 3_000;

interface Turn {
  state: 'resting' | 'going' | 'waiting';
  startedAt: number;
  bytes: number;
  movedInTick: number;
  go: (() => void) | null;
}

/**
 * So many roads keep the processors busy with the bytes of each other. More would only push those out of the caches, and
 * let them grow old enough in memory that collecting them costs a full collection.
 */
const roadsWhenBusy = 8;

/** What one road sees of the turns. */
export interface RoadTurn {
  /** Before `bytes` come. Null: go on. Otherwise resolves when it is the road's turn; ask again then. */
  wait(bytes: number): Promise<void> | null;
  /** No bytes come for now. */
  rest(): void;
}

/**
 * How many roads take bytes at the same moment. A thousand uploads that all make a little progress hold a thousand
 * half-filled buffers and end at the same time; a few after the other are quicker and take little memory. Slow clients
 * do not count: between their writes they rest.
 */
export class Turns {
  readonly #limit: number;
  readonly #isBusy: () => boolean;
  readonly #going = new Set<Turn>();
  readonly #queue: Turn[] = [];
  #timer: NodeJS.Timeout | null = null;
  #tick = 0;

  /** @param isBusy bytes already wait for those who hash and write them: a few roads are enough then */
  constructor(limit: number, isBusy: () => boolean = () => false) {
    this.#limit = limit;
    this.#isBusy = isBusy;
  }

  open(): RoadTurn {
    const turn: Turn = { state: 'resting', startedAt: 0, bytes: 0, movedInTick: 0, go: null };
    return { wait: (bytes) => this.#wait(turn, bytes), rest: () => this.#rest(turn) };
  }

  get waiting(): number {
    return this.#queue.length;
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  #wait(turn: Turn, bytes: number): Promise<void> | null {
    const now = performance.now();
    if (turn.state === 'going') {
      turn.movedInTick = this.#tick;
      const isOver = turn.bytes >= turnBytes || now - turn.startedAt >= turnMilliseconds;
      turn.bytes += bytes;
      if (this.#queue.length === 0 || !isOver) return null;
      this.#rest(turn);
    }
    if (this.#queue.length === 0 && this.#isRoom()) {
      this.#start(turn, now);
      return null;
    }
    turn.state = 'waiting';
    this.#queue.push(turn);
    this.#timer ??= setInterval(() => this.#sendIdleToRest(), tickMilliseconds).unref();
    return new Promise((resolve) => {
      turn.go = resolve;
    });
  }

  #rest(turn: Turn): void {
    if (turn.state === 'waiting') {
      this.#queue.splice(this.#queue.indexOf(turn), 1);
      turn.go?.();
    }
    turn.state = 'resting';
    turn.go = null;
    if (this.#going.delete(turn)) this.#startNext(performance.now());
  }

  #start(turn: Turn, now: number): void {
    turn.state = 'going';
    turn.startedAt = now;
    turn.bytes = 0;
    turn.movedInTick = this.#tick;
    this.#going.add(turn);
    turn.go?.();
    turn.go = null;
  }

  #isRoom(): boolean {
    return this.#going.size < (this.#isBusy() ? Math.min(roadsWhenBusy, this.#limit) : this.#limit);
  }

  #startNext(now: number): void {
    while (this.#isRoom()) {
      const next = this.#queue.shift();
      if (!next) return;
      this.#start(next, now);
    }
  }

  #sendIdleToRest(): void {
    this.#tick += 1;
    for (const turn of this.#going) {
      if (this.#tick - turn.movedInTick <= idleTicks) continue;
      turn.state = 'resting';
      this.#going.delete(turn);
    }
    this.#startNext(performance.now());
    if (this.#queue.length > 0 || !this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}
