import { randomUUID } from 'node:crypto';
import { assertCanOther } from '#lib/auth/policy.ts';
import { taskTimeToLiveSeconds } from '#lib/contract/tasks.ts';
import type { TaskRow } from '#lib/db/define-schema.ts';
import { insertTask } from '#lib/db/repositories/tasks.ts';
import type { Context } from '#lib/runtime/context.ts';

/**
 * The old way to import, by a task that fetches from a URL. It is taken and fails at once: this service fetches nothing
 * by itself, and its message says what to do instead. Returned as it was when it was taken.
 */
export async function createTask(
  { runtime, actor, requestId }: Context,
  input: Record<string, unknown>,
): Promise<TaskRow> {
  assertCanOther(actor, 'tasks_api_access');
  assertCanOther(actor, 'add_task');
  const now = runtime.now();
  const task: TaskRow = {
    id: randomUUID(),
    type: 'import',
    status: 'pending',
    image_id: null,
    owner_id: actor.projectId,
    user_id: actor.userId,
    request_id: requestId,
    input,
    result: null,
    message: '',
    plan: null,
    created_at: now,
    updated_at: now,
    expires_at: null,
  };
  await runtime.db.transaction((q) =>
    insertTask(q, {
      ...task,
      status: 'failure',
      message:
        'This service does not fetch images from elsewhere. Create an image, stage its bytes and import it by glance-direct.',
      expires_at: now + taskTimeToLiveSeconds * 1000,
    }),
  );
  return task;
}
