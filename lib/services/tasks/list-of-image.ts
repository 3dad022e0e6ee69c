import type { TaskRow } from '#lib/db/define-schema.ts';
import { listTasksOfImage as listRows } from '#lib/db/repositories/tasks.ts';
import type { Context } from '#lib/runtime/context.ts';
import { getImage } from '../images/get.ts';
import { withPauses } from './with-pauses.ts';

const mostListed = 1000;

/** What was and is at work on an image, for its owner and administrators; whoever only may use it sees none of it. */
export async function listTasksOfImage(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  imageId: string,
): Promise<TaskRow[]> {
  const q = runtime.db.read;
  const image = await getImage(q, actor, imageId);
  if (!actor.administrator && image.owner_id !== actor.projectId) return [];
  const tasks = await listRows(q, imageId, mostListed);
  return await Promise.all(tasks.map((task) => withPauses(q, task)));
}
