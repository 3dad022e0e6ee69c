import type { ErrorPhrases } from '#lib/contract/phrases.ts';

/** One file on its way from this browser, as the dock shows it. A snapshot: every change makes a new one. */
export interface UploadTask {
  /** Of this browser; `uploadId` is the server's and known from the creation on. */
  readonly id: string;
  readonly uploadId: string | null;
  readonly imageId: string | null;
  readonly name: string;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly stores: readonly string[];
  readonly state: UploadTaskState;
  /** Handed to the network by this browser. */
  readonly sentBytes: number;
  /** Kept by the server: where it goes on after anything. */
  readonly durableBytes: number;
  /** Hashed by the server. */
  readonly verifiedBytes: number;
  /** Bytes a second over the last seconds; null while nothing moves. */
  readonly rate: number | null;
  /** Null before ten seconds of measuring. */
  readonly etaSeconds: number | null;
  readonly problem: UploadProblem | null;
}

/**
 * waiting: another upload goes first · sending · paused: by a person · offline: goes on by itself when the server answers
 * again · signed-out: goes on after signing in · checking: all is durable and being proved · done · failed: goes on
 * only when a person says so.
 */
export type UploadTaskState =
  'waiting' | 'sending' | 'paused' | 'offline' | 'signed-out' | 'checking' | 'done' | 'failed';

export interface UploadProblem {
  /**
   * What is to be told: the server's words, or which of ours. `gone` and `ended`: the server keeps nothing of it, so
   * trying again begins at the first byte. `too-many`: it waits until another upload of the project has ended.
   */
  readonly kind: 'refused' | 'ended' | 'gone' | 'busy-elsewhere' | 'unreadable' | 'too-many';
  /** The server's sentence, where it sent one. */
  readonly detail: string | null;
  readonly remedy: string | null;
  /** Both for readers of other languages, where the server sent them. */
  readonly phrases?: ErrorPhrases;
  readonly requestId: string | null;
}

/** What the sheet decided for one file. */
export interface UploadOrder {
  readonly file: File;
  readonly name: string;
  readonly stores: readonly string[];
  /** tus metadata beside `name`, `filename` and `stores`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** An upload that the server holds and that this file goes on with. */
export interface ResumeOrder {
  readonly file: File;
  readonly uploadId: string;
  readonly url: string;
  readonly imageId: string;
  readonly name: string;
  readonly stores: readonly string[];
  readonly offsetBytes: number;
}

const moving: readonly UploadTaskState[] = ['waiting', 'sending', 'offline', 'signed-out'];

/** Bytes of the file are still needed: closing the tab would stop it. */
export function needsThisBrowser(task: UploadTask): boolean {
  return moving.includes(task.state);
}
