import { randomUUID } from 'node:crypto';
import { StowageError } from '#lib/contract/errors.ts';
import type { TaskType } from '#lib/contract/tasks.ts';
import type { Transaction } from '#lib/db/database.ts';
import type { ImageRow, TaskRow } from '#lib/db/define-schema.ts';
import { findActiveTask, insertTask } from '#lib/db/repositories/tasks.ts';
import type { ImportPlan } from '#lib/domain/imports.ts';
import type { Context } from '#lib/runtime/context.ts';

export interface NewTask {
  type: TaskType;
  image: ImageRow;
  input: Record<string, unknown>;
  plan: ImportPlan | null;
}

/**
 * The task of what this call begins on an image, in the transaction that begins it and holds the lock of the image. It
 * bears the id of this request, by which clients find it. `conflict` while another one is at work on the same image.
 */
export async function beginTask(
  { runtime, actor, requestId }: Context,
  q: Transaction,
  { type, image, input, plan }: NewTask,
): Promise<TaskRow> {
  await assertNoTask(q, image.id);
  const now = runtime.now();
  const task: TaskRow = {
    id: randomUUID(),
    type,
    status: 'processing',
    image_id: image.id,
    owner_id: actor.projectId,
    user_id: actor.userId,
    request_id: requestId,
    input,
    result: null,
    message: '',
    plan,
    created_at: now,
    updated_at: now,
    expires_at: null,
  };
  await insertTask(q, task);
  return task;
}

export async function assertNoTask(q: Transaction, imageId: string): Promise<void> {
  if ((await findActiveTask(q, imageId)) === null) return;
  throw new StowageError('conflict', 'Image has active task', {
    remedy: 'Wait until its import has ended, or cancel its transfers.',
  });
}
