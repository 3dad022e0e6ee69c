/**
 * The driver contract: what a place that keeps image bytes promises, and what it may rely on.
 *
 * A driver is naive. It throws what its SDK throws; only these it names itself: {@link StoreFault} of kind `not-found`,
 * `exists`, `full`, `read-only` and `unsupported`. The guard (`guarded-store.ts`) stands in front of every driver: it
 * checks keys and capabilities, bounds and times calls, retries what is safe to repeat and turns everything into a
 * StoreFault. No caller outside this room holds a driver that is not guarded.
 *
 * Powers are small interfaces. `capabilities` names those that a driver has; the conformance suite proves each one
 * that is named and that each one that is not is refused.
 *
 * Keys. `<image-id>-<suffix>`, at most 200 characters of `A-Za-z0-9._-`, made by Stowage, written to the database
 * before the first byte and never used again. A driver never overwrites: what exists under a key stays.
 */

export type StoreCapability =
  | 'write' // WritableStore
  | 'append' // a writer can be reopened at its durable offset after a crash (without: staged elsewhere)
  | 'clone' // CloningStore
  | 'sparse' // SparseStore
  | 'list' // ListingStore
  | 'capacity'; // CapacityStore

export type StoreFaultKind =
  | 'not-found' // no such object
  | 'exists' // the key is taken
  | 'full' // no space, or a quota of the backend
  | 'read-only'
  | 'unsupported' // a power that this store has not
  | 'bad-key'
  | 'wrong-store' // the marker is missing or another one: not the place that it was
  | 'refused' // credentials, permissions
  | 'unavailable' // no answer, connection lost, timed out: may be tried again
  | 'short-read' // fewer bytes than the object should have
  | 'corrupt'
  | 'aborted' // the caller's signal
  | 'failed'; // anything else

const brand = Symbol.for('stowage.store-fault');

export class StoreFault extends Error {
  readonly [brand] = true;
  readonly kind: StoreFaultKind;
  readonly storeId: string;
  /** What the operator can do about it: a sentence. Null where the driver knows no better than anybody. */
  readonly remedy: string | null;

  constructor(
    kind: StoreFaultKind,
    storeId: string,
    message: string,
    cause?: unknown,
    remedy: string | null = null,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreFault';
    this.kind = kind;
    this.storeId = storeId;
    this.remedy = remedy;
  }
}

export function isStoreFault(error: unknown, ...kinds: StoreFaultKind[]): error is StoreFault {
  return (
    typeof error === 'object' &&
    error !== null &&
    brand in error &&
    (kinds.length === 0 || kinds.includes((error as StoreFault).kind))
  );
}

export interface CallOptions {
  /** Stops the call soon (within a second); what is durable stays. */
  signal?: AbortSignal;
}

export interface ReadOptions extends CallOptions {
  /**
   * Memory for a chunk, exactly `length` bytes (at most 1 MiB); may be shared memory. Asked for a few chunks ahead of
   * the iteration. For receivers that use memory again: fresh memory costs more than reading from a page cache. A
   * driver whose chunks come from elsewhere ignores it; one that heeds it yields that memory, or the first part of it.
   */
  allocate?(length: number): Uint8Array;
}

/** Bytes [offset, offset + length). */
export interface ByteRange {
  offset: number;
  length: number;
}

export interface ObjectStat {
  key: string;
  sizeBytes: number;
}

/** Says which store this is. Written once when a store is first taken into use; the database remembers it. */
export interface StoreMarker {
  storeId: string;
  /** Random; the same id at another place is another store. */
  token: string;
  createdAt: string;
}

export interface Store {
  readonly id: string;
  readonly driver: string;
  readonly capabilities: ReadonlySet<StoreCapability>;

  /**
   * The marker that lies in the store, null when there is none. Cheap; called at start and every health check. A mount
   * point whose file system is not mounted has no marker, and is refused instead of filled.
   */
  readMarker(options?: CallOptions): Promise<StoreMarker | null>;

  /** Committed objects only. Throws `not-found`. */
  stat(key: string, options?: CallOptions): Promise<ObjectStat>;

  /**
   * Exactly the bytes of the range, in order, in chunks of the driver's choice (64 KiB to 4 MiB, best 512 KiB to 1 MiB).
   * A chunk belongs to the receiver. Fewer bytes than asked for is a `short-read`, never a quiet end. Ending the
   * iteration early frees everything.
   */
  read(key: string, range: ByteRange, options?: ReadOptions): AsyncIterable<Uint8Array>;

  close(): Promise<void>;
}

/** What a writer needs to go on in another process: kept in the database with the durable offset. JSON, below 1 MiB. */
export type ResumeState = string;

export interface DurablePoint {
  /** Bytes that survive a crash of this process and of the machine. Never more than was appended. */
  durableBytes: number;
  resumeState: ResumeState | null;
}

/**
 * An object that is being written. Calls come one at a time. Nothing is visible under the key before `commit`.
 * After any rejected call only `abandon` and `close` may follow; whoever goes on opens a new writer with `resume`.
 */
export interface ObjectWriter {
  readonly key: string;
  /** Appended so far, durable or not. The next byte goes here. */
  readonly position: number;

  /**
   * Appends at `position`. The chunks are borrowed until the promise settles; they may lie in shared memory. Resolves
   * when the bytes are handed over (not yet durable).
   */
  append(chunks: readonly Uint8Array[], options?: CallOptions): Promise<void>;

  /** Appends zeros, as a hole where the store can (`sparse`), written out where it can not. */
  appendZeros(length: number, options?: CallOptions): Promise<void>;

  /** Makes all that was appended durable (or as much as the store can: S3 keeps a tail, see `durableBytes`). */
  flush(options?: CallOptions): Promise<DurablePoint>;

  /**
   * Flushes and publishes under the key, which must be free (`exists` otherwise). When it resolves, the object
   * survives a crash of the machine. After an unknown outcome `stat(key)` tells; if it is there, `discard(key)` removes
   * what a commit that was cut off may have left beside it.
   */
  commit(options?: CallOptions): Promise<ObjectStat>;

  /** Removes what was written. Safe to repeat. */
  abandon(options?: CallOptions): Promise<void>;

  /** Lets go without removing: what is durable can be resumed. Safe to repeat and after any failure. */
  close(): Promise<void>;
}

export interface BeginOptions extends CallOptions {
  /** Final size where it is known, so that space can be reserved and parts be sized. */
  sizeBytes: number | null;
}

export interface ResumeOptions extends BeginOptions {
  /** What the last durable point said. */
  durableBytes: number;
  resumeState: ResumeState | null;
}

export interface WritableStore extends Store {
  /** First use: writes the marker; `exists` when there is one. */
  writeMarker(marker: StoreMarker, options?: CallOptions): Promise<void>;

  /** Starts a new object. `exists` when the key is taken, committed or not. */
  begin(key: string, options: BeginOptions): Promise<ObjectWriter>;

  /**
   * Reopens an unfinished object at exactly `durableBytes`: whatever lies behind does not count. `not-found` when nothing
   * is there; `short-read` when the store holds less than it had promised. Only with `append`.
   */
  resume(key: string, options: ResumeOptions): Promise<ObjectWriter>;

  /**
   * Removes an unfinished object, and what a commit that was cut off left of it. Nothing there: fine. Never touches a
   * committed object. Safe to repeat.
   */
  discard(key: string, resumeState: ResumeState | null, options?: CallOptions): Promise<void>;

  /** Removes a committed object. `not-found` when there is none. */
  remove(key: string, options?: CallOptions): Promise<void>;
}

export interface CloneRequest extends CallOptions {
  sourceKey: string;
  key: string;
  sizeBytes: number;
  /** Where an earlier, interrupted clone stopped. */
  from: { durableBytes: number; resumeState: ResumeState | null } | null;
  /** Called at durable points, at most a few times a second. */
  onProgress?(point: DurablePoint & { sentBytes: number }): void | Promise<void>;
}

export interface CloningStore extends WritableStore {
  /**
   * For so long a copy that was called off may still come about in the backend, also when the process that asked for it
   * is gone. Whoever removes it looks again then. Without it: not at all.
   */
  readonly lateCopyMilliseconds?: number;

  /** Whether `clone` can take from that store (same file system, same endpoint, same cluster). No guesses: false when unsure. */
  canCloneFrom(source: Store): Promise<boolean>;

  /**
   * Copies inside the backend; no byte passes through this process where the backend can do that. Publishes as `commit`
   * does. Holes stay holes. When it stops (signal, fault, crash), what was done stays unfinished under the key, to be
   * gone on with (`from`) or discarded.
   */
  clone(source: Store, request: CloneRequest): Promise<ObjectStat>;
}

export interface Extent extends ByteRange {
  /** 'zero': reads as zeros and takes no space. */
  kind: 'data' | 'zero';
}

export interface SparseStore extends Store {
  /** Covers [0, size) in order without gaps; neighbours differ in kind. */
  extents(key: string, options?: CallOptions): AsyncIterable<Extent>;
}

export interface ListedObject extends ObjectStat {
  modifiedAt: Date;
  /** Begun and not committed. */
  unfinished: boolean;
}

export interface ListingStore extends Store {
  /** Everything in the store, committed and not, ours or not, but for the marker; in no order. A foreign object has its own name as key. */
  list(options?: CallOptions): AsyncIterable<ListedObject>;
}

export interface Capacity {
  totalBytes: number;
  freeBytes: number;
}

export interface CapacityStore extends Store {
  capacity(options?: CallOptions): Promise<Capacity | null>;
}

/** All powers at once, as the guard offers them: a power that the driver has not answers `unsupported`. */
export interface GuardedStore extends CloningStore, SparseStore, ListingStore, CapacityStore {
  /** Milliseconds of the last reads and how many calls failed, for the health page. */
  readonly health: StoreHealthFigures;
}

export interface StoreHealthFigures {
  readLatencyMilliseconds: number | null;
  /** As fast as large reads went lately; null before the first. Of this process, and what a slow reader took says little. */
  readBytesPerSecond: number | null;
  failedCalls: number;
  lastFailure: { at: Date; message: string } | null;
}

/** `new` for a driver: validated options in, a closed or working store out. No IO before the first call. */
export type StoreFactory<Options> = (definition: { id: string; options: Options }) => Store;
