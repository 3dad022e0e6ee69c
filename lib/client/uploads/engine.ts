import type { UploadView } from '#lib/contract/uploads.ts';
import { judgeFailure, problemOf } from './failure.ts';
import type { TransportFailure } from './failure.ts';
import { createJob, forget, isOpen, snapshotOf } from './job.ts';
import type { Job } from './job.ts';
import type { EngineParts, UploadEngine } from './engine-contract.ts';
import type { UploadTask } from './task.ts';

const atOnce = 3;
const tellEveryMilliseconds = 200;
const tickMilliseconds = 1_000;
const retryDelays = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
/** Together longer than the server's lease, so that what a killed process held is free again. */
const askAgainDelays = [300, 700, 1_500, 3_000, 5_000, 8_000, 10_000, 15_000, 15_000];
const stall = 90_000;
/** After the last byte the server may still read back and prove all of it before it answers. */
const stallAtTheEnd = 15 * 60_000;

export function createUploadEngine(parts: EngineParts): UploadEngine {
  const jobs: Job[] = [];
  const listeners = new Set<() => void>();
  let snapshot: readonly UploadTask[] = [];
  let tellTimer: ReturnType<typeof setTimeout> | undefined;
  let ticker: ReturnType<typeof setInterval> | undefined;
  let lineRate: number | null = null;
  let signedOut = false;
  const { retryDelaysMilliseconds = retryDelays, askAgainDelaysMilliseconds = askAgainDelays } = parts;

  const tell = () => {
    clearTimeout(tellTimer);
    tellTimer = undefined;
    snapshot = jobs.filter((job) => !job.canceled).map((job) => snapshotOf(job, parts.now()));
    for (const listener of listeners) listener();
  };
  const tellSoon = () => {
    tellTimer ??= setTimeout(tell, tellEveryMilliseconds);
  };
  const find = (id: string) => jobs.find((job) => job.id === id && !job.canceled);
  const findByUpload = (uploadId: string) => jobs.find((job) => job.uploadId === uploadId);
  const remove = (job: Job) => {
    forget(job);
    const index = jobs.indexOf(job);
    if (index !== -1) jobs.splice(index, 1);
  };

  const pump = () => {
    let sending = jobs.filter((job) => job.transport !== null).length;
    for (const job of jobs) {
      if (sending >= atOnce) break;
      if (job.state !== 'waiting' || job.timer !== undefined || job.transport !== null) continue;
      if (signedOut) {
        job.state = 'signed-out';
        continue;
      }
      begin(job);
      sending += 1;
    }
    const isSending = jobs.some((job) => job.transport !== null);
    if (isSending) ticker ??= setInterval(tick, tickMilliseconds);
    else {
      clearInterval(ticker);
      ticker = undefined;
    }
    tell();
  };

  const begin = (job: Job) => {
    job.state = 'sending';
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
    findByUpload(upload.id) === undefined;

  const send = (job: Job) => {
    job.creationTried = true;
    job.transport = parts.openTransport(
      { file: job.file, endpoint: parts.endpoint, url: job.url, metadata: job.metadata },
      {
        onCreated({ url, imageId }) {
          Object.assign(job, { url, imageId, uploadId: uploadIdOf(url) });
          if (job.canceled) {
            remove(job);
            void parts.terminate(url);
            return pump();
          }
          if (job.uploadId !== null) parts.onCreated?.(job.uploadId, job.file);
          if (job.state === 'paused') stopSending(job);
          tell();
        },
        onSent(bytes) {
          // After a cut the first news is the durable offset, which may be less than what was sent.
          job.sentBytes = bytes;
          move(job);
        },
        onDurable(bytes) {
          // An answer alone is no progress: who can be asked but takes nothing is waited for longer and longer.
          if (bytes > job.durableBytes) Object.assign(job, { failures: 0, asked: 0 });
          job.durableBytes = bytes;
          job.sentBytes = Math.max(bytes, Math.min(job.sentBytes, job.sizeBytes));
          move(job);
        },
        onComplete() {
          Object.assign(job, { transport: null, durableBytes: job.sizeBytes, sentBytes: job.sizeBytes });
          if (job.state === 'sending') job.state = 'checking';
          pump();
          void look(job);
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
    tellSoon();
  };

  const tick = () => {
    const now = parts.now();
    for (const job of jobs) {
      const limit = job.sentBytes < job.sizeBytes ? (parts.stallMilliseconds ?? stall) : stallAtTheEnd;
      if (job.state === 'sending' && job.transport !== null && now - job.movedAt > limit)
        void fail(job, deadLine);
    }
    tellSoon();
  };

  const fail = async (job: Job, failure: TransportFailure) => {
    stopSending(job);
    if (job.canceled) remove(job);
    if (job.state !== 'sending') return pump();
    // A browser does not say why a body could not be sent: the line may be dead, or the file was changed on its disk.
    if (failure.status === null && !(await isReadable(job.file))) failure = { ...failure, unreadable: true };
    if (job.state !== 'sending') return pump();
    const verdict = judgeFailure(failure);
    switch (verdict.next) {
      case 'wait-for-server': {
        job.state = 'offline';
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

  const queue = (job: Job) => {
    Object.assign(job, { state: 'waiting', problem: null, failures: 0, asked: 0 });
    pump();
  };

  const end = (job: Job, state: 'done' | 'failed') => {
    stopSending(job);
    job.state = state;
    if (state === 'done') Object.assign(job, { durableBytes: job.sizeBytes, sentBytes: job.sizeBytes });
    if (job.uploadId !== null) parts.onEnded?.(job.uploadId);
  };

  const take = (view: UploadView) => {
    const job = findByUpload(view.id);
    if (!job || job.state === 'done' || job.canceled) return;
    job.imageId = view.image_id;
    job.stores = view.stores.map(({ store }) => store);
    job.verifiedBytes = view.verified_bytes;
    if (view.offset_bytes > job.durableBytes) {
      job.durableBytes = view.offset_bytes;
      job.movedAt = parts.now();
    }
    if (view.state === 'checking' && job.state !== 'failed') job.state = 'checking';
    if (view.state === 'done') end(job, 'done');
    if (view.state === 'failed') {
      end(job, 'failed');
      const requestId = job.problem?.requestId ?? null;
      job.problem = { kind: 'ended', detail: view.error, remedy: view.remedy, requestId };
    }
  };

  /** The server has no such upload: it is complete if all was there, else somebody removed it. */
  const lose = (job: Job) => {
    if (job.uploadId === null || job.state === 'done' || job.state === 'failed') return;
    if (job.state === 'checking') return end(job, 'done');
    end(job, 'failed');
    job.problem = { kind: 'gone', detail: null, remedy: null, requestId: null };
  };

  /** How it ended, asked for: an event may have come before the last answer, or while the stream was down. */
  const look = async (job: Job) => {
    if (job.uploadId === null) return;
    const view = await parts.findUpload(job.uploadId).then(
      (found) => found ?? 'gone',
      // Nothing is known; the next event or list says it.
      () => null,
    );
    if (view === null || job.state !== 'checking') return;
    if (view === 'gone') lose(job);
    else take(view);
    pump();
  };

  const enlist = (job: Job) => {
    jobs.push(job);
    return job;
  };

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getTasks: () => snapshot,
    add(orders) {
      const added = orders.map((order) => enlist(createJob(order, null)));
      pump();
      return added.map((job) => snapshotOf(job, parts.now()));
    },
    resume(order) {
      const known = findByUpload(order.uploadId);
      if (known !== undefined && isOpen(known)) return snapshotOf(known, parts.now());
      if (known !== undefined) remove(known);
      const url = new URL(order.url, parts.endpoint).href;
      const job = enlist(createJob(order, { ...order, url }));
      parts.onCreated?.(order.uploadId, order.file);
      pump();
      return snapshotOf(job, parts.now());
    },
    pause(id) {
      const job = find(id);
      if (!job || !isOpen(job) || job.state === 'checking') return;
      job.state = 'paused';
      // A creation under way is let through, so that the server's upload has a name here and can be ended.
      if (job.url !== null || job.transport === null) stopSending(job);
      pump();
    },
    goOn(id) {
      const job = find(id);
      if (job?.state === 'paused' || job?.state === 'offline') {
        if (job.transport !== null) job.state = 'sending';
        else queue(job);
      }
      tell();
    },
    async cancel(id) {
      const job = find(id);
      if (!job) return;
      const { url } = job;
      if (job.uploadId !== null) parts.onEnded?.(job.uploadId);
      job.canceled = true;
      if (url !== null || job.transport === null) remove(job);
      pump();
      if (url !== null && job.state !== 'done') await parts.terminate(url);
    },
    retry(id) {
      const job = find(id);
      if (job?.state !== 'failed') return;
      const { kind } = job.problem ?? {};
      // What failed for good stays in the server's list until it is dismissed.
      if (kind === 'ended' && job.url !== null) void parts.terminate(job.url);
      if (kind === 'ended' || kind === 'gone') {
        Object.assign(job, { url: null, uploadId: null, imageId: null, creationTried: false });
        Object.assign(job, { durableBytes: 0, sentBytes: 0, verifiedBytes: 0 });
      }
      queue(job);
    },
    dismiss(id) {
      const job = find(id);
      if (job && (job.state === 'done' || job.state === 'failed')) remove(job);
      tell();
    },
    applyView(view) {
      take(view);
      pump();
    },
    applyGone(uploadId) {
      const job = findByUpload(uploadId);
      if (job && !job.canceled) lose(job);
      pump();
    },
    applyList(views) {
      for (const view of views) take(view);
      for (const job of jobs) {
        if (job.state === 'checking' && !views.some(({ id }) => id === job.uploadId)) void look(job);
      }
      pump();
    },
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
      clearTimeout(tellTimer);
      for (const job of [...jobs]) remove(job);
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
