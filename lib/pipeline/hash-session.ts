import { MiB, pieceSizeBytes } from '#lib/contract/limits.ts';
import type { FinishedPiece, HasherKind } from './hash-protocol.ts';
import type { HashThread, TicketResult } from './hash-thread.ts';
import type { Slot } from './slots.ts';
import { foreignHashNames, type Digests, type HashName } from './types.ts';

/** Of an object as small as this its pieces are hashed where its SHA-512 is: a message costs more than a second thread saves. */
const smallObjectBytes = 8 * MiB;

/** Zeros are given to a thread in steps, so that a hole of a terabyte does not keep it from everybody else. */
const zeroStepBytes = 4 * MiB;

interface RunningHasher {
  readonly kind: HasherKind;
  readonly id: number;
  readonly thread: HashThread;
  generation: number;
}

export interface SessionHost {
  /** The thread with the least to do, none of `taken` if there are others. */
  chooseThread(kind: HasherKind, taken: readonly HashThread[]): HashThread;
  nextHasherId(): number;
  weigh(kind: HasherKind): number;
}

/**
 * The running hashes of one object: MD5 and SHA-512 of everything from byte 0, BLAKE3 of each piece; each in a thread
 * of its own where there are enough. Bytes are given in order and are hashed while the caller goes on.
 */
export class HashSession {
  readonly id: string | null;
  readonly hashes: readonly HashName[];
  /** The next byte to come. */
  position: number;
  /** Given to the threads and not yet hashed. The caller holds back when it grows. */
  backlogBytes = 0;
  /** Called when the backlog shrank. */
  onProgress: (() => void) | null = null;
  readonly #isSmall: boolean;
  #host: SessionHost;
  #running: RunningHasher[] = [];
  #remembered: number[] = [];
  #pieces = new Map<number, string>();
  #hashedPosition: number;
  #waiters: { position: number; resolve: () => void }[] = [];

  constructor(
    host: SessionHost,
    options: {
      id: string | null;
      hashes: readonly HashName[];
      position: number;
      /** As far as it is known. */
      sizeBytes?: number | null | undefined;
    },
  ) {
    this.#host = host;
    this.#isSmall = (options.sizeBytes ?? Infinity) <= smallObjectBytes;
    this.id = options.id;
    this.hashes = options.hashes;
    this.position = options.position;
    this.#hashedPosition = options.position;
    // The state of what came before `position` is not known, so only pieces can be hashed from here on.
    if (options.position === 0) for (const kind of options.hashes) this.#start(kind);
    this.#start('blake3');
  }

  /** The first `length` bytes of the slot, which is retained until all threads have read them. */
  update(slot: Slot, length: number): void {
    this.#keepPiecesRunning();
    this.position += length;
    for (const [thread, hashers] of this.#byThread()) {
      const hashesPieces = thread === this.#pieceThread;
      slot.retain();
      this.backlogBytes += length;
      thread.update(hashers, slot, length, (result) => {
        slot.release();
        this.#finish(length, hashesPieces, result);
      });
    }
  }

  updateZeros(length: number): void {
    this.#keepPiecesRunning();
    for (const hasher of this.#alive()) {
      let position = this.position;
      const end = position + length;
      while (position < end) {
        const step = hasher.kind === 'blake3' ? pieceSizeBytes - (position % pieceSizeBytes) : zeroStepBytes;
        const count = Math.min(step, end - position);
        position += count;
        this.backlogBytes += count;
        hasher.thread.update([hasher.id], null, count, (result) =>
          this.#finish(count, hasher.kind === 'blake3', result),
        );
      }
    }
    this.position += length;
  }

  /** Keeps the state of this position, so that a road that has to go back to it (the last or last but one) can. */
  remember(): void {
    if (this.#remembered.at(-1) === this.position) return;
    for (const [thread, remember] of this.#byThread()) thread.tell({ remember, position: this.position });
    this.#remembered = [...this.#remembered.slice(-1), this.position];
  }

  /** True when the session now stands at `position`. */
  rewind(position: number): boolean {
    if (position === this.position) return true;
    if (!this.#remembered.includes(position)) return false;
    for (const [thread, rewind] of this.#byThread()) thread.tell({ rewind, position });
    this.#remembered = this.#remembered.filter((known) => known <= position);
    this.position = position;
    this.#hashedPosition = position;
    for (const index of this.#pieces.keys()) {
      if ((index + 1) * pieceSizeBytes > position) this.#pieces.delete(index);
    }
    return true;
  }

  /** Resolves when the pieces before `position` are hashed, or can no longer be. */
  hashedTo(position: number): Promise<void> {
    if (this.#hashedPosition >= position) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ position, resolve }));
  }

  /** Whole pieces known from `firstIndex` on that end at or before `endOffset`. Wait for `hashedTo` to have them all. */
  piecesBetween(firstIndex: number, endOffset: number): FinishedPiece[] {
    const found: FinishedPiece[] = [];
    for (let index = firstIndex; (index + 1) * pieceSizeBytes <= endOffset; index += 1) {
      const blake3 = this.#pieces.get(index);
      if (blake3 !== undefined) found.push({ index, blake3 });
    }
    return found;
  }

  /** Of everything up to `position`; the session can go on afterwards. A hash whose state was lost is null. */
  async digests(): Promise<Digests> {
    const found = new Map<HasherKind, string>();
    await Promise.all(
      this.#alive().map(
        (hasher) =>
          new Promise<void>((resolve) => {
            hasher.thread.digest([hasher.id], (result) => {
              const digest = result.answer?.digests?.[0];
              if (digest) found.set(hasher.kind, digest);
              resolve();
            });
          }),
      ),
    );
    const count = Math.ceil(this.position / pieceSizeBytes);
    const pieces = Array.from({ length: count }, (_, index) => this.#pieces.get(index) ?? null);
    if (this.position % pieceSizeBytes > 0) pieces[count - 1] = found.get('blake3') ?? null;
    const foreign = foreignHashNames.filter((name) => this.hashes.includes(name));
    return {
      md5: found.get('md5') ?? null,
      sha512: found.get('sha512') ?? null,
      ...Object.fromEntries(foreign.map((name) => [name, found.get(name) ?? null])),
      pieces,
    };
  }

  /** Frees the states in the threads. */
  drop(): void {
    for (const [thread, drop] of this.#byThread()) thread.tell({ drop });
    for (const hasher of this.#running) hasher.thread.load -= this.#host.weigh(hasher.kind);
    this.#running = [];
  }

  #start(kind: HasherKind): void {
    const taken = this.#running.map((hasher) => hasher.thread);
    const [first] = taken;
    const thread = this.#isSmall && kind === 'blake3' && first ? first : this.#host.chooseThread(kind, taken);
    const hasher = { kind, id: this.#host.nextHasherId(), thread, generation: thread.generation };
    thread.tell({ open: hasher.id, kind, position: this.position });
    thread.load += this.#host.weigh(kind);
    this.#running.push(hasher);
  }

  #alive(): RunningHasher[] {
    return this.#running.filter((hasher) => hasher.generation === hasher.thread.generation);
  }

  #byThread(): Map<HashThread, number[]> {
    const threads = new Map<HashThread, number[]>();
    for (const hasher of this.#alive()) {
      const ids = threads.get(hasher.thread);
      if (ids) ids.push(hasher.id);
      else threads.set(hasher.thread, [hasher.id]);
    }
    return threads;
  }

  /** After its thread died, the hashing of pieces goes on with the next piece. */
  #keepPiecesRunning(): void {
    const hasher = this.#running.find((running) => running.kind === 'blake3');
    if (!hasher || hasher.generation === hasher.thread.generation) return;
    hasher.generation = hasher.thread.generation;
    hasher.thread.tell({ open: hasher.id, kind: 'blake3', position: this.position });
  }

  get #pieceThread(): HashThread | undefined {
    return this.#running.find((hasher) => hasher.kind === 'blake3')?.thread;
  }

  #finish(bytes: number, hashedPieces: boolean, result: TicketResult): void {
    this.backlogBytes -= bytes;
    for (const piece of result.answer?.pieces ?? []) this.#pieces.set(piece.index, piece.blake3);
    if (hashedPieces) this.#advance(bytes);
    this.onProgress?.();
  }

  #advance(bytes: number): void {
    this.#hashedPosition += bytes;
    const due = this.#waiters.filter((waiter) => waiter.position <= this.#hashedPosition);
    if (due.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => waiter.position > this.#hashedPosition);
    for (const waiter of due) waiter.resolve();
  }
}
