import type { UploadView } from '#lib/contract/uploads.ts';
import type { EngineParts, UploadEngine } from './engine-contract.ts';
import { createJob, forget, isOpen, snapshotOf } from './job.ts';
import type { Job } from './job.ts';
import { createSender } from './sender.ts';
import type { UploadTask } from './task.ts';
import { storesOf } from './upload-rows.ts';

const tellEveryMilliseconds = 200;

export function createUploadEngine(parts: EngineParts): UploadEngine {
  const jobs: Job[] = [];
  const listeners = new Set<() => void>();
  let snapshot: readonly UploadTask[] = [];
  let tellTimer: ReturnType<typeof setTimeout> | undefined;

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

  const sender = createSender(parts, {
    jobs,
    tell,
    tellSoon,
    remove,
    onComplete: (job) => void look(job),
  });
  const { pump } = sender;

  const queue = (job: Job) => {
    Object.assign(job, { state: 'waiting', problem: null, failures: 0, asked: 0 });
    pump();
  };

  const end = (job: Job, state: 'done' | 'failed') => {
    sender.stop(job);
    sender.roomAgain();
    job.state = state;
    if (state === 'done') Object.assign(job, { durableBytes: job.sizeBytes, sentBytes: job.sizeBytes });
    if (job.uploadId !== null) parts.onEnded?.(job.uploadId);
  };

  const take = (view: UploadView) => {
    const job = findByUpload(view.id);
    if (!job || job.state === 'done' || job.canceled) return;
    job.imageId = view.image_id;
    job.stores = storesOf(view);
    job.verifiedBytes = view.verified_bytes;
    if (view.offset_bytes > job.durableBytes) {
      job.durableBytes = view.offset_bytes;
      job.movedAt = parts.now();
    }
    if (view.state === 'checking' && job.state !== 'failed') job.state = 'checking';
    // The server was cut off while it checked, and an end of the file did not survive that.
    const short = view.state === 'receiving' && view.offset_bytes < job.sizeBytes;
    if (short && job.state === 'checking' && job.transport === null) queue(job);
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
      if (job.url !== null || job.transport === null) sender.stop(job);
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
      if (url === null || job.state === 'done') return;
      await parts.terminate(url);
      sender.roomAgain();
      pump();
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
    signedIn: sender.signedIn,
    lineIsBack: sender.lineIsBack,
    lineRate: sender.lineRate,
    close() {
      sender.close();
      clearTimeout(tellTimer);
      for (const job of jobs.splice(0)) forget(job);
    },
  };
}
