/** What follows for an import of the Images API when one of its transfers ends: in the transaction that ends it. */
import { systemActor } from '#lib/auth/actor.ts';
import { uploadExpirySeconds } from '#lib/contract/limits.ts';
import { taskTimeToLiveSeconds } from '#lib/contract/tasks.ts';
import type { Transaction } from '#lib/db/database.ts';
import type { ImageRow, TaskRow, TransferRow } from '#lib/db/define-schema.ts';
import { findImage, updateImage } from '#lib/db/repositories/images.ts';
import { listLocations, updateLocation } from '#lib/db/repositories/locations.ts';
import { findActiveTask, updateTask } from '#lib/db/repositories/tasks.ts';
import { listTransfersOfGroup, updateTransfer } from '#lib/db/repositories/transfers.ts';
import { deleteUploadRow, findUploadsOfImage, updateUpload } from '#lib/db/repositories/uploads.ts';
import { judgeImport, type ImportPlan, type ImportVerdict } from '#lib/domain/imports.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { recordEvent } from '#lib/services/events/record.ts';
import { withoutData } from './settle-location.ts';
import { recordTransfer } from './tell.ts';

/** The transfer is written already. Safe to repeat. */
export async function settleImport(runtime: Runtime, q: Transaction, ended: TransferRow): Promise<void> {
  if (!ended.by_import) return;
  const task = await findActiveTask(q, ended.image_id);
  // One of an earlier import that a person has tried again does not decide this one.
  if (task?.plan?.groupId !== ended.group_id) return;
  const image = await findImage(q, ended.image_id);
  if (image === null) return;
  const group = await listTransfersOfGroup(q, ended.group_id);
  const { plan } = task;
  const verdict = judgeImport(
    plan,
    plan.stores.map((store) => {
      const transfer = group.find((row) => row.target_store === store);
      return { store, state: transfer?.state ?? 'here', error: transfer?.error ?? null };
    }),
  );
  await concludeImport(runtime, q, { task, plan, image, verdict });
  const isUndone = plan.method === 'glance-direct' && verdict.status === 'failure';
  if (isUndone) for (const row of group) await endForGood(runtime, q, row);
}

/** What it was to copy is not the image any more: trying again would bring other bytes under its name. */
async function endForGood(runtime: Runtime, q: Transaction, row: TransferRow): Promise<void> {
  if (row.state !== 'failed') return;
  const changes = { state: 'canceled' as const, remedy: null, updated_at: runtime.now() };
  await updateTransfer(q, row.id, changes);
  await recordTransfer(runtime, q, { ...row, ...changes }, 'system');
}

export interface ImportConclusion {
  task: TaskRow;
  plan: ImportPlan;
  image: ImageRow;
  verdict: ImportVerdict;
}

/** Brings the image, its staged bytes and the task to what the verdict says. */
export async function concludeImport(
  runtime: Runtime,
  q: Transaction,
  { task, plan, image, verdict }: ImportConclusion,
): Promise<void> {
  const now = runtime.now();
  if (verdict.isActive && image.status === 'importing') {
    await updateImage(q, image, { status: 'active', updated_at: now });
    if (image.md5 === null) q.afterCommit(() => runtime.deferredMd5.add(image.id));
  }
  if (verdict.status === 'processing') {
    await updateTask(q, task.id, { message: verdict.message, updated_at: now });
  } else {
    if (plan.method === 'glance-direct') {
      if (verdict.status === 'success') await letGoOfStaged(runtime, q, image, plan);
      else await backToQueued(runtime, q, image, plan);
    }
    await updateTask(q, task.id, {
      status: verdict.status,
      message: verdict.message,
      result: verdict.status === 'success' ? { image_id: image.id } : null,
      updated_at: now,
      expires_at: now + taskTimeToLiveSeconds * 1000,
    });
  }
  const requestId = task.request_id ?? 'req-worker';
  await recordEvent(
    { runtime, actor: systemActor, requestId },
    q,
    { type: 'image', image_id: image.id, change: 'updated' },
    image.owner_id,
  );
}

/** The staged copy becomes one like any other, or goes when nobody asked for it in its store. */
async function letGoOfStaged(
  runtime: Runtime,
  q: Transaction,
  image: ImageRow,
  plan: ImportPlan,
): Promise<void> {
  const now = runtime.now();
  const isKept = plan.stagedIn !== null && plan.stores.includes(plan.stagedIn);
  for (const upload of await findUploadsOfImage(q, image.id)) {
    if (upload.kind !== 'stage') continue;
    for (const location of await listLocations(q, [image.id])) {
      if (location.upload_id !== upload.id || location.state === 'deleting') continue;
      await updateLocation(q, location, image.owner_id, {
        upload_id: null,
        ...(!isKept && { state: 'deleting', next_attempt_at: null, attempts: 0 }),
        updated_at: now,
      });
    }
    await deleteUploadRow(q, upload.id);
  }
  q.afterCommit(() => runtime.reconciler.kick());
}

/** Nothing of it counts, and the staged bytes wait for another try, an upload or the end of the image. */
async function backToQueued(
  runtime: Runtime,
  q: Transaction,
  image: ImageRow,
  plan: ImportPlan,
): Promise<void> {
  if (image.status !== 'importing') return;
  const now = runtime.now();
  await updateImage(q, image, { ...withoutData, updated_at: now });
  for (const location of await listLocations(q, [image.id])) {
    if (location.state === 'deleting') continue;
    if (location.store_id === plan.stagedIn) {
      await updateLocation(q, location, image.owner_id, { staged: true, updated_at: now });
      continue;
    }
    await updateLocation(q, location, image.owner_id, {
      state: 'deleting',
      next_attempt_at: null,
      attempts: 0,
      updated_at: now,
    });
  }
  for (const upload of await findUploadsOfImage(q, image.id)) {
    if (upload.kind !== 'stage') continue;
    await updateUpload(q, upload.id, { expires_at: now + uploadExpirySeconds * 1000, updated_at: now });
  }
  q.afterCommit(() => runtime.reconciler.kick());
}
