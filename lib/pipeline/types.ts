/**
 * The road of a byte: source → inspect → hash → fan-out → sinks. These are the shapes between the parts.
 */
import type { Inspection } from '../formats/inspection.ts';
import type { DurablePoint, ObjectWriter, ResumeState } from '../stores/store.ts';

/** What a source yields: bytes, or a run of zeros that nobody needs to carry. */
export type Piece = Uint8Array | { zeros: number };

/** What an image has none of, and others may have: made only to compare with it. */
export const foreignHashNames = ['sha1', 'sha256'] as const;
export type HashName = 'md5' | 'sha512' | (typeof foreignHashNames)[number];

/** Hashes of everything from byte 0 on. Null: was not asked for, or the running state is lost and a read-back must make it. */
export interface Digests {
  md5: string | null;
  sha512: string | null;
  /** Only where it was asked for. */
  sha1?: string | null;
  sha256?: string | null;
  /** BLAKE3 (hex) of each piece of `pieceSizeBytes`, the last one shorter. Entry i is null while unknown. */
  pieces: (string | null)[];
}

export interface SinkProgress {
  storeId: string;
  position: number;
  durable: DurablePoint;
  /** Set when this store failed and was left behind; the others go on. */
  failure: Error | null;
}

export interface RoadOptions {
  /** Byte where this road begins; all writers stand there. */
  startOffset: number;
  /** Final size if known; more bytes than this are refused. */
  sizeBytes: number | null;
  writers: {
    storeId: string;
    writer: ObjectWriter;
    /** Of the durable point that the writer was resumed at, so that the sink's progress carries it on. */
    resumeState?: ResumeState | null;
  }[];
  /** Which hashes to make; pieces are always made. Empty for the benchmark switch. */
  hashes: HashName[];
  /**
   * Running hash state from before, if this process still has it (see HashPool); otherwise sha512/md5 of a road that
   * begins behind 0 come out null.
   */
  hashSession?: string;
  /**
   * Fed with every byte in order. A road that begins behind byte 0 needs the snapshot of exactly that byte; without it
   * there is no inspection (null), and `inspectObject` makes it from what is stored.
   */
  inspect: boolean;
  inspectorSnapshot?: string;
  /** Gets every chunk that was written once, when the road has copied it: for sources that use their memory again. */
  onSpent?(chunk: Uint8Array): void;
  /** true: the first store that fails fails the road. false: it is left behind while one other goes on. */
  allMustSucceed: boolean;
  /** After each durable point (every 64 MiB or 2 s, and on demand). Awaited: the database learns of it before more is acknowledged. */
  onDurable?(progress: {
    durableBytes: number;
    sinks: SinkProgress[];
    pieces: { index: number; blake3: string }[];
    /** Null: none for exactly `durableBytes`; what was kept before is of no more use. */
    inspectorSnapshot: string | null;
  }): Promise<void>;
  /** Leaves the one sink behind (see `Road.detach`) that has made all others wait for so long. */
  lag?: { afterMilliseconds: number; onDetached(sink: SinkProgress): void };
  /**
   * A hard stop: the call of each writer that is under way is broken off, and what is not durable is lost. To stop
   * gently (a client that hung up, a pause), call `close` instead.
   */
  signal?: AbortSignal;
}

export interface Road {
  /** Bytes accepted, from byte 0 of the object on. */
  readonly position: number;
  /**
   * Call it once at a time. Resolves when more may come (back-pressure). The chunk is kept for a while, never changed,
   * and may be reused by nobody. Rejects with StowageError `too_large` for bytes behind the declared size, of which
   * nothing is stored (the road itself goes on), `unsafe_image` when the inspection refuses, and with the failure of a
   * sink; after the latter two only `close` may follow.
   */
  write(piece: Piece): Promise<void>;
  /** Makes everything durable that was written; resolves with the offset that all living sinks have made durable. */
  flush(): Promise<number>;
  /** Verdict of the inspection so far. */
  inspection(): Inspection | null;
  sinks(): SinkProgress[];
  /**
   * Takes one sink off the road, which goes on with the others. Of what it was given, everything that its writer has
   * taken is made durable and the writer is closed: whoever goes on for it resumes at `durable`. With `isKept` false
   * nothing more is written: what was is to be removed. A failure is in the answer. Rejects only for a sink that is not
   * there or that is the last one.
   */
  detach(storeId: string, options?: { isKept?: boolean }): Promise<SinkProgress>;
  /**
   * After the last byte: flush, final digests and inspection. Does not commit the writers; do that before `close`.
   * Rejects like `write`, and with `bad_request` when bytes are missing.
   */
  finish(): Promise<{ digests: Digests; inspection: Inspection | null; sizeBytes: number }>;
  /**
   * Stops here: flushes what it can, closes the writers, keeps the hash session for a later road. Never rejects, safe
   * to repeat. `durableBytes` is what `onDurable` was last told: there the next road may begin.
   */
  close(): Promise<{ durableBytes: number }>;
}
