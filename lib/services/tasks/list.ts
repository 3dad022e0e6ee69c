import { assertCanOther } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { TaskStatus, TaskType } from '#lib/contract/tasks.ts';
import type { TaskRow } from '#lib/db/define-schema.ts';
import { findTask, listTasks as listTaskRows, type TaskListRequest } from '#lib/db/repositories/tasks.ts';
import type { Context } from '#lib/runtime/context.ts';

export interface TaskQuery {
  type: TaskType | null;
  status: TaskStatus | null;
  sort: TaskListRequest['sort'];
  /** Id of the last task of the page before. */
  marker: string | null;
  limit: number;
}

/** A page of the tasks that this caller may see. `bad_request` for a marker that is none of them. */
export async function listTasks(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  { type, status, sort, marker, limit }: TaskQuery,
): Promise<{ rows: TaskRow[]; more: boolean }> {
  assertCanOther(actor, 'tasks_api_access');
  assertCanOther(actor, 'get_tasks');
  if (limit === 0) return { rows: [], more: false };
  const q = runtime.db.read;
  const after = marker === null ? null : await findTask(q, marker);
  const isSeen = actor.administrator || after?.owner_id === actor.projectId;
  if (marker !== null && (after === null || !isSeen)) {
    throw new StowageError('bad_request', `The marker ${marker} is no task.`, { field: 'marker' });
  }
  return await listTaskRows(q, {
    ownerId: actor.administrator ? null : actor.projectId,
    types: type === null ? null : [type],
    statuses: status === null ? null : [status],
    sort,
    after,
    limit,
  });
}
