import type { UploadView } from '#lib/contract/uploads.ts';
import type { UploadTask } from './task.ts';

/** An upload as people see it: what this tab does of it, what the server knows of it, or both. */
export interface UploadRow {
  readonly id: string;
  readonly name: string;
  readonly imageId: string | null;
  readonly task: UploadTask | null;
  readonly view: UploadView | null;
  readonly state: UploadRowState;
  readonly sentBytes: number;
  readonly durableBytes: number;
  readonly verifiedBytes: number;
  readonly totalBytes: number | null;
  readonly rate: number | null;
  readonly etaSeconds: number | null;
  readonly stores: readonly string[];
}

/** `elsewhere`: another browser sends it now · `left`: nobody does, and its file must be picked again. */
export type UploadRowState = UploadTask['state'] | 'elsewhere' | 'left';

/** This tab's uploads first, in their order; then those that only the server knows, except what has ended well. */
export function uploadRows(tasks: readonly UploadTask[], uploads: readonly UploadView[]): UploadRow[] {
  const views = new Map(uploads.map((view) => [view.id, view]));
  const own = tasks.map((task): UploadRow => {
    const view = task.uploadId === null ? null : (views.get(task.uploadId) ?? null);
    return {
      id: task.id,
      name: task.name,
      imageId: task.imageId,
      task,
      view,
      state: task.state,
      sentBytes: task.sentBytes,
      durableBytes: task.durableBytes,
      verifiedBytes: task.verifiedBytes,
      totalBytes: task.sizeBytes,
      rate: task.rate,
      etaSeconds: task.etaSeconds,
      stores: task.stores,
    };
  });
  const mine = new Set(tasks.map(({ uploadId }) => uploadId));
  const others = uploads.filter((view) => view.state !== 'done' && !mine.has(view.id)).map(rowOf);
  return [...own, ...others];
}

/** Those that ended well and are not among `shown`: the server keeps them for a day. */
export function endedUploadRows(shown: readonly UploadRow[], uploads: readonly UploadView[]): UploadRow[] {
  const ids = new Set(shown.map(({ view }) => view?.id));
  return uploads.filter((view) => view.state === 'done' && !ids.has(view.id)).map(rowOf);
}

function rowOf(view: UploadView): UploadRow {
  return {
    id: view.id,
    name: view.name,
    imageId: view.image_id,
    task: null,
    view,
    state: stateOf(view),
    sentBytes: view.offset_bytes,
    durableBytes: view.offset_bytes,
    verifiedBytes: Math.min(view.verified_bytes, view.offset_bytes),
    totalBytes: view.length_bytes,
    rate: view.receiving_now || view.state === 'checking' ? view.rate : null,
    etaSeconds: null,
    stores: storesOf(view),
  };
}

/** Once it is done, those where the image lies: a store that failed on the way is filled by a copy of its own. */
export function storesOf(view: UploadView): string[] {
  const kept = view.state === 'done' ? view.stores.filter(({ state }) => state === 'active') : view.stores;
  return kept.map(({ store }) => store);
}

function stateOf(view: UploadView): UploadRowState {
  if (view.state === 'receiving') return view.receiving_now ? 'elsewhere' : 'left';
  return view.state;
}

/** Counted as running, paused or failed in a head line. */
export function standingOf(state: UploadRowState): 'running' | 'paused' | 'waiting' | 'failed' | 'done' {
  switch (state) {
    case 'sending':
    case 'checking':
    case 'elsewhere':
      return 'running';
    case 'paused':
    case 'left':
    case 'signed-out':
      return 'paused';
    case 'waiting':
    case 'offline':
      return 'waiting';
    case 'failed':
      return 'failed';
    case 'done':
      return 'done';
  }
}
