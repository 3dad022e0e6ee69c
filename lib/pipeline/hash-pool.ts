import { availableParallelism } from 'node:os';
import type { HasherKind } from './hash-protocol.ts';
import { HashSession, type SessionHost } from './hash-session.ts';
import { HashThread } from './hash-thread.ts';
import type { HashName } from './types.ts';

export interface HashPoolOptions {
  /** Default: one for each core, at least 2 (MD5 beside SHA-512) and at most 8. */
  threads?: number;
  /** Sessions without a road that are kept for the next one. */
  sessionLimit?: number;
  idleMilliseconds?: number;
  /** Told when a thread dies; its sessions then answer null. */
  onThreadDeath?(error: unknown): void;
}

export interface OpenSessionOptions {
  /** Kept for a later road under this name; without it the state ends with the road. */
  id?: string | undefined;
  hashes: readonly HashName[];
  /** Absolute byte of the object where hashing begins or goes on. */
  position: number;
  /** Of the whole object, if it is known. */
  sizeBytes?: number | null;
}

/** Milliseconds a MiB costs, roughly: what a thread is loaded with. */
const weights: Record<HasherKind, number> = { md5: 18, sha512: 18, sha1: 12, sha256: 10, blake3: 2 };

export function openHashPool(options: HashPoolOptions = {}): HashPool {
  return new HashPool(options);
}

/**
 * The hash threads and the running states in them. Many sessions share few threads; the algorithms of one session go
 * to different ones. A state lives in this process alone: it ends with the process, after 15 idle minutes, or when
 * 2,000 younger ones wait; then the hash has to be made by reading back what is stored.
 */
export class HashPool implements SessionHost {
  readonly #threads: HashThread[];
  readonly #kept = new Map<string, { session: HashSession; since: number }>();
  readonly #active = new Set<HashSession>();
  readonly #sessionLimit: number;
  readonly #idleMilliseconds: number;
  readonly #sweeper: NodeJS.Timeout;
  #nextHasherId = 0;

  constructor(options: HashPoolOptions = {}) {
    const count = options.threads ?? Math.min(8, Math.max(2, availableParallelism()));
    this.#threads = Array.from(
      { length: count },
      () => new HashThread((error) => options.onThreadDeath?.(error)),
    );
    this.#sessionLimit = options.sessionLimit ?? 2_000;
    this.#idleMilliseconds = options.idleMilliseconds ?? 15 * 60_000;
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(60_000, this.#idleMilliseconds));
    this.#sweeper.unref();
  }

  /**
   * Goes on with the state of `id` if it is known for exactly this position; otherwise a new one begins, whose SHA-512
   * and MD5 are null unless the position is 0.
   */
  openSession(options: OpenSessionOptions): HashSession {
    const session = this.#takeKept(options) ?? new HashSession(this, { ...options, id: options.id ?? null });
    this.#active.add(session);
    return session;
  }

  /**
   * The road is over: the state is kept if it has a name and can go back to `position`. What came behind that was never
   * recorded, so another process may have other bytes there by the time this one is asked again.
   */
  suspend(session: HashSession, position = session.position): void {
    session.onProgress = null;
    if (!this.#active.delete(session)) return;
    if (session.id === null || !session.rewind(position)) {
      session.drop();
      return;
    }
    this.#kept.get(session.id)?.session.drop();
    this.#kept.delete(session.id);
    this.#kept.set(session.id, { session, since: Date.now() });
    this.#sweep();
  }

  /** The object is finished or removed: its state is not needed any more. */
  forget(id: string): void {
    this.#kept.get(id)?.session.drop();
    this.#kept.delete(id);
  }

  get keptSessions(): number {
    return this.#kept.size;
  }

  /** For the test that kills one. */
  get threads(): readonly HashThread[] {
    return this.#threads;
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    this.#kept.clear();
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  chooseThread(_kind: HasherKind, taken: readonly HashThread[]): HashThread {
    const others = this.#threads.filter((thread) => !taken.includes(thread));
    const candidates = others.length > 0 ? others : this.#threads;
    return candidates.reduce((best, thread) => (thread.load < best.load ? thread : best));
  }

  nextHasherId(): number {
    return this.#nextHasherId++;
  }

  weigh(kind: HasherKind): number {
    return weights[kind];
  }

  #takeKept(options: OpenSessionOptions): HashSession | null {
    const kept = options.id === undefined ? undefined : this.#kept.get(options.id);
    if (!kept || options.id === undefined) return null;
    this.#kept.delete(options.id);
    const same =
      kept.session.hashes.length === options.hashes.length &&
      options.hashes.every((hash) => kept.session.hashes.includes(hash));
    if (same && kept.session.rewind(options.position)) return kept.session;
    kept.session.drop();
    return null;
  }

  #sweep(): void {
    const oldest = Date.now() - this.#idleMilliseconds;
    for (const [id, { since }] of this.#kept) {
      if (since > oldest && this.#kept.size <= this.#sessionLimit) break;
      this.forget(id);
    }
  }
}
