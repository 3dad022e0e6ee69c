import { createSpeedometer } from './speed.ts';
import type { Speedometer } from './speed.ts';
import type { ResumeOrder, UploadOrder, UploadProblem, UploadTask, UploadTaskState } from './task.ts';
import type { Transport } from './tus-transport.ts';

/** What the engine keeps of one upload; changes in place, `snapshotOf` shows it. */
export interface Job {
  readonly id: string;
  readonly file: File;
  readonly name: string;
  readonly sizeBytes: number;
  readonly metadata: Record<string, string>;
  readonly speed: Speedometer;
  stores: readonly string[];
  state: UploadTaskState;
  url: string | null;
  uploadId: string | null;
  imageId: string | null;
  sentBytes: number;
  durableBytes: number;
  verifiedBytes: number;
  problem: UploadProblem | null;
  transport: Transport | null;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** Attempts in a row that nobody answered, and that were told to ask again. */
  failures: number;
  asked: number;
  /** When a byte moved last, here or on the server. */
  movedAt: number;
  /** A creation was sent and its answer may have been lost. */
  creationTried: boolean;
  /** Ended by a person while the creation was under way: not shown, terminated as soon as it has a name. */
  canceled: boolean;
}

let counter = 0;

export function createJob(order: UploadOrder | ResumeOrder, known: ResumeOrder | null): Job {
  counter += 1;
  return {
    id: `task-${counter}`,
    file: order.file,
    name: order.name,
    sizeBytes: order.file.size,
    metadata: 'metadata' in order ? metadataOf(order) : {},
    speed: createSpeedometer(),
    stores: order.stores,
    state: 'waiting',
    url: known?.url ?? null,
    uploadId: known?.uploadId ?? null,
    imageId: known?.imageId ?? null,
    sentBytes: known?.offsetBytes ?? 0,
    durableBytes: known?.offsetBytes ?? 0,
    verifiedBytes: 0,
    problem: null,
    transport: null,
    timer: undefined,
    failures: 0,
    asked: 0,
    movedAt: 0,
    creationTried: false,
    canceled: false,
  };
}

function metadataOf(order: UploadOrder): Record<string, string> {
  return {
    name: order.name,
    filename: order.file.name,
    ...(order.stores.length > 0 && { stores: order.stores.join(',') }),
    ...order.metadata,
  };
}

/** Its upload is under way or may go on: the file is still wanted. */
export function isOpen(job: Job): boolean {
  return job.state !== 'done' && job.state !== 'failed' && !job.canceled;
}

/** Nothing of it runs any more. */
export function forget(job: Job): void {
  clearTimeout(job.timer);
  job.transport?.stop();
  job.transport = null;
}

export function snapshotOf(job: Job, now: number): UploadTask {
  const sending = job.state === 'sending';
  return {
    id: job.id,
    uploadId: job.uploadId,
    imageId: job.imageId,
    name: job.name,
    fileName: job.file.name,
    sizeBytes: job.sizeBytes,
    stores: job.stores,
    state: job.state,
    sentBytes: Math.max(job.sentBytes, job.durableBytes),
    durableBytes: job.durableBytes,
    verifiedBytes: Math.min(job.verifiedBytes, job.durableBytes),
    rate: sending ? job.speed.rate(now) : null,
    etaSeconds: sending ? job.speed.etaSeconds(job.sizeBytes - job.sentBytes, now) : null,
    problem: job.problem,
  };
}
