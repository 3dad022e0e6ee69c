import { findActiveTask } from '#lib/db/repositories/tasks.ts';
import type { OtherHash } from '#lib/services/locations/given.ts';
import type { Job } from './job.ts';

/**
 * What an object has to hash to that was given as the bytes of an image, where that is no SHA-512 (that one the image
 * has itself). It stands with the task that proves it, and so outlives this process.
 */
export async function findGivenProof({ runtime, image }: Job): Promise<OtherHash | null> {
  if (image.status !== 'importing') return null;
  const task = await findActiveTask(runtime.db.read, image.id);
  if (task?.type !== 'location_import') return null;
  return (task.input['proof'] as OtherHash | undefined) ?? null;
}
