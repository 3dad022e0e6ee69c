import type { Queries } from '#lib/db/database.ts';
import type { TaskRow } from '#lib/db/define-schema.ts';
import { listTransfersOfGroup } from '#lib/db/repositories/transfers.ts';

/**
 * A task that is at work, with what it waits for: a copy that somebody has paused keeps its import going on, and a
 * program that waits for that is to be told why nothing happens.
 */
export async function withPauses(q: Queries, task: TaskRow): Promise<TaskRow> {
  if (task.status !== 'processing' || task.plan === null) return task;
  const paused = (await listTransfersOfGroup(q, task.plan.groupId)).filter(({ state }) => state === 'paused');
  if (paused.length === 0) return task;
  const stores = paused.map(({ target_store }) => target_store).toSorted();
  const sentences = [
    ...(task.message === '' ? [] : [task.message]),
    `Paused by an administrator: the copy to ${stores.join(', ')}. The import goes on when it is resumed, and ends when it is canceled.`,
  ];
  return { ...task, message: sentences.join(' ') };
}
