/**
 * What the live parts of this process can do for the rest. Their makers are `lib/services/uploads/sessions.ts`,
 * `lib/services/images/deferred-md5.ts`, `lib/transfers/worker.ts` and `lib/transfers/reconciler.ts`; use cases know no
 * more of them than this.
 */

/** One request that is writing into an upload. */
export interface ActiveAppend {
  /** Aborted when this request has to let go: another one wants the upload, or the server stops. */
  readonly signal: AbortSignal;
  /** Bytes of the upload received so far, durable or not. */
  receivedBytes: number;
  /** Bytes of the upload read back so far, while it is checked. */
  verifiedBytes: number;
  /** Ends the registration. */
  end(): void;
}

export interface UploadProgress {
  receivedBytes: number;
  verifiedBytes: number;
  bytesPerSecond: number | null;
}

/**
 * Which uploads this process writes to right now, how fast, and who holds which. What is durable is in the database;
 * nothing here is needed after a crash.
 */
export interface UploadSessions {
  /** Registers whoever writes; throws `stopping` while the server goes down, `upload_locked` while somebody writes. */
  begin(uploadId: string, receivedBytes: number): ActiveAppend;
  /** Asks the request of this process that writes to this upload to stop at a durable offset. */
  interrupt(uploadId: string): void;
  /** Asks it in every process. */
  interruptEverywhere(uploadId: string): void;
  /** Null when no request of this process writes to it. */
  progressOf(uploadId: string): UploadProgress | null;
  /** Requests that write just now. */
  activeCount(): number;
  /** Exclusive use of an upload in this process; see `lib/http/tus/locker.ts`. */
  lock(uploadId: string, signal: AbortSignal): Promise<() => void>;
  /** No new ones; running ones stop at a durable offset. */
  stop(): Promise<void>;
}

export interface DeferredMd5 {
  /** This image has just become active without an MD5. */
  add(imageId: string): void;
  /** Looks once for images that an earlier process left without one. */
  start(): void;
  stop(): Promise<void>;
}

export interface TransferProgress {
  sentBytes: number;
  doneBytes: number;
  verifiedBytes: number;
  bytesPerSecond: number | null;
  etaSeconds: number | null;
}

/** Why a worker lets go before the end. `lease-lost`: somebody else has it, so nothing may be written any more. */
export type Interruption = 'pause' | 'cancel' | 'stop' | 'detach' | 'lease-lost';

export interface TransferWorker {
  /** Begins to take transfers. Those of processes that are dead on this machine are taken over at once. */
  start(): void;
  /** Every running transfer stops at a durable offset and waits for whoever comes next. */
  stop(): Promise<void>;
  /** There may be something to do: looks now instead of at the next poll. Nothing where jobs are handed out. */
  kick(): void;
  /** Takes one group, if one can run and there is room, and stays until it is put down. */
  runNext(): Promise<void>;
  /** Null when this process does not run it. */
  progressOf(transferId: string): TransferProgress | null;
  /** Stops one that this process runs; false when it does not. */
  interrupt(transferId: string, interruption: Interruption): boolean;
  /** Resolves when this process has put the transfer down, at once when it does not hold it. */
  settled(transferId: string): Promise<void>;
  /** Whether this process still has a writer open for this location: its object must not be removed yet. */
  isWriting(locationId: string): boolean;
}

/** An object that no row names: somebody else's, or of a time that the database does not remember. Never touched. */
export interface StrayObject {
  key: string;
  sizeBytes: number;
  modifiedAt: string;
  unfinished: boolean;
}

export interface StrayReport {
  listedAt: string;
  count: number;
  bytes: number;
  /** The first thousand. */
  objects: StrayObject[];
}

export interface Report {
  /** Objects that were removed, with their rows. */
  removed: number;
  /** Objects whose removal did not succeed and will be tried again. */
  postponed: number;
  /** Rows of writers that are gone: their objects are to be removed from now on. */
  abandoned: number;
  /** Transfers of dead workers that wait again. */
  requeued: number;
  /** Transfers whose image is gone. */
  canceled: number;
  uploads: { expired: number; abandoned: number; finished: number };
  /** Objects that no row names, by store; only of stores that were listed in this round. */
  strays: Record<string, number>;
  /** Copies that turned out to be missing. */
  missing: number;
  /** Projects whose usage was kept wrongly and is corrected; once a day. */
  recounted: number;
}

export interface RunOptions {
  /** Compare the lists of the stores too; by itself every 15 minutes. */
  list?: boolean;
}

export interface Reconciler {
  start(): void;
  stop(): Promise<void>;
  /** There is something to remove: looks now. */
  kick(): void;
  runOnce(options?: RunOptions): Promise<Report>;
  /** As a job that was handed out: a round, unless another process is at it. Then it comes again. */
  runJob(options?: RunOptions): Promise<void>;
  /** What lies in a store without a row, as last listed; null when it was not listed yet. */
  straysOf(storeId: string): StrayReport | null;
}
