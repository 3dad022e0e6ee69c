import { KiB, MiB } from '#lib/contract/limits.ts';
import { Turns } from './turns.ts';

/** Bytes of one slot. Socket and file reads are gathered to this size: smaller writes halve the throughput. */
export const slotBytes = 1 * MiB;

/** Less than this at a time is not worth a slot, however many roads are open. */
const smallestShareBytes = 64 * KiB;

/** One road alone uses at most this many slots: more only push its bytes out of the processor's cache. */
const slotsOfOneRoad = 16;

export interface SlotPoolOptions {
  /** Slots in total, whatever the number of roads: this times 1 MiB is the memory of all bytes under way. */
  slotLimit?: number;
  /** Bytes that all roads together may hold as received chunks before they are copied into slots. */
  collectLimitBytes?: number;
  /** Roads that take bytes at the same moment; slow clients do not count. */
  roadsAtOnce?: number;
  /** Slots that nobody used for this long are given back to the system. */
  idleMilliseconds?: number;
  /** A road of which no slot came or went for so long is stuck behind a store or a hash that does not go on. */
  stuckMilliseconds?: number;
}

export interface SlotFigures {
  allocated: number;
  inUse: number;
  waiting: number;
  roads: number;
  collectedBytes: number;
}

/**
 * 1 MiB of shared memory that is filled once and then read by writers and hash threads at the same time. Whoever
 * reads it retains it; at the last release it goes back to the pool.
 */
export class Slot {
  readonly bytes: Uint8Array<SharedArrayBuffer> = new Uint8Array(new SharedArrayBuffer(slotBytes));
  owner: SlotShare | null = null;
  /** Nobody fills it again: a writer that was given up may still read it. */
  isRetired = false;
  #readers = 0;
  #giveBack: (slot: Slot) => void;
  #dropped: (() => void)[] = [];

  constructor(giveBack: (slot: Slot) => void) {
    this.#giveBack = giveBack;
  }

  /** Called when the memory is given back to the system: whoever knows it must forget it. */
  onDropped(listener: () => void): void {
    this.#dropped.push(listener);
  }

  drop(): void {
    for (const listener of this.#dropped.splice(0)) listener();
  }

  retain(): void {
    this.#readers += 1;
  }

  release(): void {
    if (this.#readers === 0) throw new Error('A slot was released more often than it was retained.');
    this.#readers -= 1;
    if (this.#readers === 0) this.#giveBack(this);
  }
}

/** What one road sees of the pool. */
export class SlotShare {
  /** Slots that this road filled and that are still being read. */
  held = 0;
  /** When one came or went last, of the monotonic clock. */
  movedAt = 0;
  /** Where its bytes go; roads of the same destination get stuck together. Empty: nowhere, they are only hashed. */
  readonly destination: string;
  #collectedBytes = 0;
  #closed = false;
  #pool: SlotPool;

  constructor(pool: SlotPool, destination: string) {
    this.#pool = pool;
    this.destination = destination;
  }

  /** A slot (retained once for the caller), or null when this road has to wait. */
  tryTake(): Slot | null {
    return this.#pool.tryTake(this);
  }

  /** Waits its turn; rejects with the reason of `close`. Never call it while holding a slot that is not yet handed on. */
  take(): Promise<Slot> {
    return this.#pool.take(this);
  }

  /** How much to gather before asking for a slot: 1 MiB with few roads, 64 KiB with a thousand. */
  collectLimitBytes(): number {
    return this.#pool.collectLimitBytes(this.#collectedBytes);
  }

  /** Tells how many bytes of received chunks the road holds now. */
  noteCollected(bytes: number): void {
    if (this.#closed) return;
    this.#pool.noteCollected(bytes - this.#collectedBytes);
    this.#collectedBytes = bytes;
  }

  /** Ends the waiting; slots that are still read come back by themselves. */
  close(reason: unknown): void {
    this.noteCollected(0);
    this.#closed = true;
    this.#pool.leave(this, reason);
  }
}

interface Waiter {
  share: SlotShare;
  resolve: (slot: Slot) => void;
  reject: (reason: unknown) => void;
}

export function openSlotPool(options: SlotPoolOptions = {}): SlotPool {
  return new SlotPool(options);
}

/**
 * All slots of the process. A slot is only ever held while somebody is at work on its bytes, never while a road waits
 * for its client or for another slot: so there is always one that comes back, and nothing can block in a circle.
 *
 * Fair by a dynamic threshold: a road may hold as many slots as are free, so the more roads the fewer each. Slots that
 * are stuck behind stores that hang do not count against the limit (up to as many again), so that the other roads go on
 * until the guard in front of those stores has given up. Half of that reserve is for all of them; the other half is for
 * one slot of each road into a destination that is not stuck, or those who hang next would eat it up too.
 */
export class SlotPool {
  readonly #slotLimit: number;
  readonly #collectLimitBytes: number;
  readonly #idleMilliseconds: number;
  readonly #stuckMilliseconds: number;
  /** For those who fill slots; see {@link Turns}. */
  readonly turns: Turns;
  readonly #free: Slot[] = [];
  readonly #waiters: Waiter[] = [];
  readonly #shares = new Set<SlotShare>();
  #allocated = 0;
  #collectedBytes = 0;
  #idleTimer: NodeJS.Timeout | null = null;
  #fewestFree = 0;
  #stuckTimer: NodeJS.Timeout | null = null;
  #stuckSlots = 0;
  #stuckDestinations = new Set<string>();

  constructor(options: SlotPoolOptions = {}) {
    this.#slotLimit = options.slotLimit ?? 24;
    this.turns = new Turns(options.roadsAtOnce ?? 32, () => 3 * this.#inUse > this.#slotLimit);
    this.#collectLimitBytes = options.collectLimitBytes ?? 16 * MiB;
    this.#idleMilliseconds = options.idleMilliseconds ?? 10_000;
    this.#stuckMilliseconds = options.stuckMilliseconds ?? 5_000;
  }

  /** One for each road; fairness is between shares. See {@link SlotShare.destination}. */
  openShare(destination = ''): SlotShare {
    const share = new SlotShare(this, destination);
    this.#shares.add(share);
    return share;
  }

  figures(): SlotFigures {
    return {
      allocated: this.#allocated,
      inUse: this.#inUse,
      waiting: this.#waiters.length,
      roads: this.#shares.size,
      collectedBytes: this.#collectedBytes,
    };
  }

  close(): void {
    if (this.#idleTimer) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
    if (this.#stuckTimer) clearInterval(this.#stuckTimer);
    this.#stuckTimer = null;
    this.turns.close();
    this.#drop(this.#free.length);
  }

  tryTake(share: SlotShare): Slot | null {
    return this.#mayTake(share) ? this.#hand(share) : null;
  }

  take(share: SlotShare): Promise<Slot> {
    const slot = this.tryTake(share);
    if (slot) return Promise.resolve(slot);
    if (!this.#shares.has(share)) return Promise.reject(new Error('The share is closed.'));
    return new Promise((resolve, reject) => {
      this.#waiters.push({ share, resolve, reject });
      this.#stuckTimer ??= setInterval(() => this.#countStuck(), this.#stuckMilliseconds / 2).unref();
    });
  }

  collectLimitBytes(ownBytes: number): number {
    const free = Math.max(0, this.#collectLimitBytes - this.#collectedBytes + ownBytes);
    return Math.min(slotBytes, Math.max(smallestShareBytes, Math.floor(free / 16)));
  }

  noteCollected(difference: number): void {
    this.#collectedBytes += difference;
  }

  leave(share: SlotShare, reason: unknown): void {
    this.#shares.delete(share);
    for (let index = this.#waiters.length - 1; index >= 0; index -= 1) {
      const waiter = this.#waiters[index];
      if (waiter?.share !== share) continue;
      this.#waiters.splice(index, 1);
      waiter.reject(reason);
    }
  }

  get #inUse(): number {
    return this.#allocated - this.#free.length;
  }

  #mayTake(share: SlotShare): boolean {
    const free = this.#slotLimit - this.#inUse;
    if (free > 0) return share.held === 0 || share.held < Math.min(free, slotsOfOneRoad);
    return this.#mayTakeOfReserve(share, -free);
  }

  #mayTakeOfReserve(share: SlotShare, taken: number): boolean {
    if (taken >= this.#stuckSlots || this.#isStuck(share)) return false;
    if (2 * taken < this.#stuckSlots) return share.held < 2;
    return share.held === 0 && !this.#stuckDestinations.has(share.destination);
  }

  #hand(share: SlotShare): Slot {
    // The last one used is the one whose memory is still in the cache.
    const slot = this.#free.pop() ?? this.#allocate();
    this.#fewestFree = Math.min(this.#fewestFree, this.#free.length);
    slot.owner = share;
    slot.retain();
    share.held += 1;
    share.movedAt = performance.now();
    return slot;
  }

  #allocate(): Slot {
    this.#allocated += 1;
    if (!this.#idleTimer) this.#watchIdle();
    return new Slot((slot) => this.#takeBack(slot));
  }

  #takeBack(slot: Slot): void {
    if (slot.owner) {
      slot.owner.held -= 1;
      slot.owner.movedAt = performance.now();
    }
    slot.owner = null;
    if (slot.isRetired) {
      this.#allocated -= 1;
      slot.drop();
    } else this.#free.push(slot);
    this.#serve();
  }

  #serve(): void {
    const limit = this.#slotLimit + this.#stuckSlots;
    for (let index = 0; index < this.#waiters.length && this.#inUse < limit;) {
      const waiter = this.#waiters[index];
      if (waiter && this.#mayTake(waiter.share)) {
        this.#waiters.splice(index, 1);
        waiter.resolve(this.#hand(waiter.share));
      } else index += 1;
    }
  }

  #isStuck(share: SlotShare): boolean {
    return share.held > 0 && performance.now() - share.movedAt > this.#stuckMilliseconds;
  }

  #countStuck(): void {
    let stuck = 0;
    this.#stuckDestinations.clear();
    for (const share of this.#shares) {
      if (!this.#isStuck(share)) continue;
      stuck += share.held;
      if (share.destination !== '') this.#stuckDestinations.add(share.destination);
    }
    this.#stuckSlots = Math.min(stuck, this.#slotLimit);
    this.#serve();
    if (this.#waiters.length > 0 || !this.#stuckTimer) return;
    clearInterval(this.#stuckTimer);
    this.#stuckTimer = null;
  }

  /** Slots that stayed free for a whole period are surplus. */
  #watchIdle(): void {
    this.#fewestFree = this.#free.length;
    this.#idleTimer = setTimeout(() => {
      this.#idleTimer = null;
      this.#drop(this.#fewestFree);
      if (this.#allocated > 0) this.#watchIdle();
    }, this.#idleMilliseconds);
    this.#idleTimer.unref();
  }

  #drop(count: number): void {
    for (const slot of this.#free.splice(0, count)) {
      this.#allocated -= 1;
      slot.drop();
    }
  }
}
