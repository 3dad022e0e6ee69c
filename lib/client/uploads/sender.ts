import type { UploadView } from '#lib/contract/uploads.ts';
import type { EngineParts } from './engine-contract.ts';
import { judgeFailure, problemOf } from './failure.ts';
import type { TransportFailure } from './failure.ts';
import type { Job } from './job.ts';
import { createRoom } from './room.ts';
import type { UploadProblem } from './task.ts';

const atOnce = 3;
const tickMilliseconds = 1_000;
const retryDelays = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
/** Together longer than the server's lease, so that what a killed process held is free again. */
const askAgainDelays = [300, 700, 1_500, 3_000, 5_000, 8_000, 10_000, 15_000, 15_000];
const stall = 90_000;
/** After the last byte the server may still read back and prove all of it before it answers. */
const stallAtTheEnd = 15 * 60_000;

/** What the sender needs of the engine around it. */
export interface JobQueue {
  readonly jobs: readonly Job[];
  tell(): void;
  tellSoon(): void;
  remove(job: Job): void;
  /** Every byte is durable: the rest is the server's. */
  onComplete(job: Job): void;
}

export interface Sender {
  /** Starts what may start. Called after every change. */
  pump(): void;
  /** Cuts the line; what is durable stays. */
  stop(job: Job): void;
  /** An upload has ended: what waits for room asks at once. Before `pump`. */
  roomAgain(): void;
  signedIn(): void;
  lineIsBack(): void;
  lineRate(): number | null;
  close(): void;
}

/** Brings the bytes of waiting jobs to the server, a few at once, and decides what a failure means. */
export function createSender(parts: EngineParts, queue: JobQueue): Sender {
  const { jobs } = queue;
  const { retryDelaysMilliseconds = retryDelays, askAgainDelaysMilliseconds = askAgainDelays } = parts;
  let ticker: ReturnType<typeof setInterval> | undefined;
  let lineRate: number | null = null;
  let signedOut = false;
  /** The one of those that wait that is being made on the server. */
  let reserving: Job | null = null;
  const room = createRoom(() => pump());

  const pump = () => {
    let sending = jobs.filter((job) => job.transport !== null && job !== reserving).length;
    for (const job of jobs) {
      if (sending >= atOnce) break;
      if (job.state !== 'waiting' || job.timer !== undefined || job.transport !== null) continue;
      if (signedOut) {
        job.state = 'signed-out';
        continue;
      }
      if (job.url === null && room.isGone()) continue;
      begin(job);
      sending += 1;
    }
    reserve();
    const isSending = jobs.some((job) => job.transport !== null);
    if (isSending) ticker ??= setInterval(tick, tickMilliseconds);
    else {
      clearInterval(ticker);
      ticker = undefined;
    }
    queue.tell();
  };

  /**
   * What waits for its turn is made on the server already, one after the other: its list then knows of every file when
   * this browser is closed before their turn has come. When that fails, it is met again in its turn.
   */
  const reserve = () => {
    if (reserving !== null || signedOut || room.isGone()) return;
    const job = jobs.find(
      ({ state, url, transport, timer, creationTried }) =>
        state === 'waiting' && url === null && transport === null && timer === undefined && !creationTried,
    );
    if (job === undefined) return;
    reserving = job;
    job.creationTried = true;
    job.movedAt = parts.now();
    job.transport = parts.openTransport(
      { file: job.file, endpoint: parts.endpoint, url: null, metadata: job.metadata },
      {
        onCreated: (created) => {
          take(job, created);
          cutReservation();
        },
        onSent: () => undefined,
        onDurable: () => undefined,
        // An empty file is complete once it is made.
        onComplete: () => undefined,
        onFailure(failure) {
          const verdict = judgeFailure(failure);
          if (verdict.next === 'wait-for-room') waitForRoom(job, verdict);
          cutReservation();
        },
      },
    );
  };

  /** Before a byte of the file is sent, or because it is not to be had now. */
  const cutReservation = () => {
    const job = reserving;
    reserving = null;
    if (job === null) return;
    stopSending(job);
    if (job.canceled) queue.remove(job);
    // Somebody has paused it meanwhile and let it go on.
    else if (job.state === 'sending') job.state = 'waiting';
    pump();
  };

  const take = (job: Job, { url, imageId }: { url: string; imageId: string | null }) => {
    Object.assign(job, { url, imageId, uploadId: uploadIdOf(url) });
    if (job.canceled) {
      queue.remove(job);
      void parts.terminate(url);
    } else if (job.uploadId !== null) parts.onCreated?.(job.uploadId, job.file);
  };

  const waitForRoom = (
    job: Job,
    { afterSeconds, problem }: { afterSeconds: number; problem: UploadProblem },
  ) => {
    // It was answered, so that there is nothing to look for.
    Object.assign(job, { creationTried: false, problem });
    room.goneFor(afterSeconds);
  };

  const begin = (job: Job) => {
    job.state = 'sending';
    if (job.problem?.kind === 'too-many') job.problem = null;
    job.speed.reset();
    job.movedAt = parts.now();
    if (job.url === null && job.creationTried) void beginAfterLook(job);
    else send(job);
  };

  /** The answer to an earlier creation was lost: if the server made the upload, go on with that one. */
  const beginAfterLook = async (job: Job) => {
    const attempt = new AbortController();
    job.transport = { stop: () => attempt.abort() };
    const found = await parts.listUploads().then(
      (uploads) => uploads.find((upload) => isCreationOf(job, upload)) ?? null,
      // Whatever is wrong with the server, the creation itself meets it again and handles it.
      () => null,
    );
    if (attempt.signal.aborted) return;
    job.transport = null;
    if (found !== null) {
      Object.assign(job, {
        url: new URL(found.url, parts.endpoint).href,
        uploadId: found.id,
        imageId: found.image_id,
      });
      parts.onCreated?.(found.id, job.file);
    }
    send(job);
  };

  const isCreationOf = (job: Job, upload: UploadView) =>
    upload.state === 'receiving' &&
    upload.file.fingerprint === (job.metadata.fingerprint ?? '') &&
    upload.name === job.name &&
    !jobs.some(({ uploadId }) => uploadId === upload.id);

  const send = (job: Job) => {
    job.creationTried = true;
    job.transport = parts.openTransport(
      { file: job.file, endpoint: parts.endpoint, url: job.url, metadata: job.metadata },
      {
        onCreated(created) {
          take(job, created);
          if (job.canceled) return pump();
          if (job.state === 'paused') stopSending(job);
          queue.tell();
        },
        onSent(bytes) {
          // After a cut the first news is the durable offset, which may be less than what was sent.
          job.sentBytes = bytes;
          move(job);
        },
        onDurable(bytes) {
          // An answer alone is no progress: who can be asked but takes nothing is waited for longer and longer.
          if (bytes > job.durableBytes) Object.assign(job, { failures: 0, asked: 0, problem: null });
          job.durableBytes = bytes;
          job.sentBytes = Math.max(bytes, Math.min(job.sentBytes, job.sizeBytes));
          move(job);
        },
        onComplete() {
          Object.assign(job, { transport: null, durableBytes: job.sizeBytes, sentBytes: job.sizeBytes });
          if (job.state === 'sending') job.state = 'checking';
          pump();
          queue.onComplete(job);
        },
        onFailure: (failure) => void fail(job, failure),
      },
    );
  };

  const move = (job: Job) => {
    const now = parts.now();
    job.movedAt = now;
    job.speed.add(job.sentBytes, now);
    lineRate = job.speed.rate(now) ?? lineRate;
    queue.tellSoon();
  };

  const tick = () => {
    const now = parts.now();
    for (const job of jobs) {
      const limit = job.sentBytes < job.sizeBytes ? (parts.stallMilliseconds ?? stall) : stallAtTheEnd;
      if (job.transport === null || now - job.movedAt <= limit) continue;
      if (job === reserving) cutReservation();
      else if (job.state === 'sending') void fail(job, deadLine);
    }
    queue.tellSoon();
  };

  const fail = async (job: Job, failure: TransportFailure) => {
    stopSending(job);
    if (job.canceled) queue.remove(job);
    if (job.state !== 'sending') return pump();
    // A browser does not say why a body could not be sent: the line may be dead, or the file was changed on its disk.
    if (failure.status === null && !(await isReadable(job.file))) failure = { ...failure, unreadable: true };
    if (job.state !== 'sending') return pump();
    const verdict = judgeFailure(failure);
    switch (verdict.next) {
      case 'wait-for-server': {
        job.state = 'offline';
        // Our own server said why: a store does not answer, or it is being stopped.
        if (failure.code !== null) job.problem = problemOf(failure, 'refused');
        const delay = delayOf(retryDelaysMilliseconds, job.failures);
        job.failures += 1;
        wake(job, verdict.afterSeconds === null ? delay : Math.max(delay, verdict.afterSeconds * 1000));
        break;
      }
      case 'ask-again':
        if (job.asked >= askAgainDelaysMilliseconds.length) {
          const busy = failure.status === 409 || failure.status === 423;
          Object.assign(job, {
            state: 'failed',
            problem: problemOf(failure, busy ? 'busy-elsewhere' : 'refused'),
          });
          break;
        }
        job.state = 'waiting';
        wake(job, delayOf(askAgainDelaysMilliseconds, job.asked));
        job.asked += 1;
        break;
      case 'wait-for-room':
        job.state = 'waiting';
        waitForRoom(job, verdict);
        break;
      case 'sign-in':
        job.state = 'signed-out';
        if (!signedOut) parts.onSignedOut();
        signedOut = true;
        break;
      case 'stop':
        Object.assign(job, { state: 'failed', problem: verdict.problem });
    }
    pump();
  };

  const wake = (job: Job, milliseconds: number) => {
    clearTimeout(job.timer);
    job.timer = setTimeout(() => {
      job.timer = undefined;
      // The browser tells when the line is back; until then asking is of no use.
      if (job.state === 'offline' && !parts.isOnline()) return;
      if (job.state === 'offline') job.state = 'waiting';
      pump();
    }, milliseconds);
  };

  const stopSending = (job: Job) => {
    clearTimeout(job.timer);
    job.timer = undefined;
    job.transport?.stop();
    job.transport = null;
    job.speed.reset();
    job.sentBytes = job.durableBytes;
  };

  return {
    pump,
    stop: stopSending,
    roomAgain: room.again,
    signedIn() {
      if (!signedOut) return;
      signedOut = false;
      for (const job of jobs) if (job.state === 'signed-out') job.state = 'waiting';
      pump();
    },
    lineIsBack() {
      for (const job of jobs) {
        if (job.state !== 'offline') continue;
        clearTimeout(job.timer);
        Object.assign(job, { timer: undefined, state: 'waiting', failures: 0 });
      }
      pump();
    },
    lineRate: () => lineRate,
    close() {
      clearInterval(ticker);
      room.again();
    },
  };
}

const deadLine: TransportFailure = {
  status: null,
  body: '',
  code: null,
  retryAfterSeconds: null,
  requestId: null,
  unreadable: false,
};

function delayOf(delays: readonly number[], index: number): number {
  return delays[Math.min(index, delays.length - 1)] ?? 0;
}

function uploadIdOf(url: string): string | null {
  const last = new URL(url).pathname.split('/').at(-1);
  return last ? decodeURIComponent(last) : null;
}

async function isReadable(file: File): Promise<boolean> {
  return file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
}
