import type { TaskRow } from '#lib/db/define-schema.ts';
import { toSeconds } from './image-json.ts';

/** A task by itself. */
export function toTaskJson(task: TaskRow) {
  return {
    ...toTaskStubJson(task),
    input: task.input,
    result: task.result,
    message: task.message,
    ...(task.image_id !== null && { image_id: task.image_id }),
    ...(task.request_id !== null && { request_id: task.request_id }),
    user_id: task.user_id,
  };
}

/** As lists show it. */
export function toTaskStubJson(task: TaskRow) {
  return {
    id: task.id,
    type: task.type,
    status: task.status,
    owner: task.owner_id,
    created_at: toSeconds(task.created_at),
    updated_at: toSeconds(task.updated_at),
    ...(task.expires_at !== null && { expires_at: toSeconds(task.expires_at) }),
    self: `/v2/tasks/${task.id}`,
    schema: '/v2/schemas/task',
  };
}

/** As the list of an image shows it: like a row of Glance's database. */
export function toImageTaskJson(task: TaskRow) {
  return {
    id: task.id,
    type: task.type,
    status: task.status,
    owner: task.owner_id,
    image_id: task.image_id,
    request_id: task.request_id,
    user_id: task.user_id,
    input: task.input,
    result: task.result,
    message: task.message,
    created_at: toSeconds(task.created_at),
    updated_at: toSeconds(task.updated_at),
    expires_at: task.expires_at === null ? null : toSeconds(task.expires_at),
    deleted: false,
    deleted_at: null,
  };
}
