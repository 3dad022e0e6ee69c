import { assertCanOther } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { TaskRow } from '#lib/db/define-schema.ts';
import { findTask } from '#lib/db/repositories/tasks.ts';
import type { Context } from '#lib/runtime/context.ts';
import { withPauses } from './with-pauses.ts';

/** `not_found` also for a task of another project. */
export async function getTask(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  id: string,
): Promise<TaskRow> {
  assertCanOther(actor, 'tasks_api_access');
  assertCanOther(actor, 'get_task');
  const task = await findTask(runtime.db.read, id);
  if (task === null || (!actor.administrator && task.owner_id !== actor.projectId)) {
    throw new StowageError('not_found', `No task found with ID ${id}`);
  }
  return await withPauses(runtime.db.read, task);
}
