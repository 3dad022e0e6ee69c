import { taskTimeToLiveSeconds } from '#lib/contract/tasks.ts';
import type { Transaction } from '#lib/db/database.ts';
import { findActiveTask, updateTask } from '#lib/db/repositories/tasks.ts';

/** What is at work on an image comes to nothing, for this reason. */
export async function endTask(q: Transaction, imageId: string, message: string, now: number): Promise<void> {
  const task = await findActiveTask(q, imageId);
  if (task === null) return;
  await updateTask(q, task.id, {
    status: 'failure',
    message,
    updated_at: now,
    expires_at: now + taskTimeToLiveSeconds * 1000,
  });
}
