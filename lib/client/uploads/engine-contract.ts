import type { UploadView } from '#lib/contract/uploads.ts';
import type { ResumeOrder, UploadOrder, UploadTask } from './task.ts';
import type { OpenTransport } from './tus-transport.ts';

export interface EngineParts {
  openTransport: OpenTransport;
  /** Ends an upload on the server and removes what it holds of it. */
  terminate(url: string): Promise<void>;
  /** Absolute address where uploads are created. */
  endpoint: string;
  /** Asked before a creation is repeated, because the lost answer may have been a yes. */
  listUploads(): Promise<readonly UploadView[]>;
  /** One upload as the server knows it; null when it knows none of this id. */
  findUpload(uploadId: string): Promise<UploadView | null>;
  isOnline(): boolean;
  /** The session has ended; `signedIn()` is to be called after the next sign-in. */
  onSignedOut(): void;
  /** The server has made the upload: the moment to keep a file handle for after a restart. */
  onCreated?(uploadId: string, file: File): void;
  /** This upload needs its file no more. */
  onEnded?(uploadId: string): void;
  now(): number;
  /** Waits between attempts while nobody answers; the last one is repeated for ever. */
  retryDelaysMilliseconds?: readonly number[];
  /** Waits before asking again for the offset of an upload that is held elsewhere; then it is given up. */
  askAgainDelaysMilliseconds?: readonly number[];
  /** Without a byte moving for this long, the line is taken for dead. */
  stallMilliseconds?: number;
}

/** The queue of this browser. Lives outside of React: pages come and go, uploads go on. */
export interface UploadEngine {
  /** Returns the unsubscriber. Progress is told at most five times a second. */
  subscribe(listener: () => void): () => void;
  /** The same array until something changes. */
  getTasks(): readonly UploadTask[];
  add(orders: readonly UploadOrder[]): UploadTask[];
  resume(order: ResumeOrder): UploadTask;
  pause(id: string): void;
  goOn(id: string): void;
  /** Rejects when the server could not be told; the upload then stands in its list as paused. */
  cancel(id: string): Promise<void>;
  /** A failed one again: from the durable offset, or from the start if the server no longer has it. */
  retry(id: string): void;
  /** Takes an ended one out of the list. */
  dismiss(id: string): void;
  /** News of the server about one upload, or its whole list. */
  applyView(view: UploadView): void;
  applyGone(uploadId: string): void;
  applyList(views: readonly UploadView[]): void;
  signedIn(): void;
  lineIsBack(): void;
  /** Bytes a second of the last upload that was measured; null before the first. */
  lineRate(): number | null;
  close(): void;
}
