import { updateLocation } from '../../db/repositories/locations.ts';
import type { Context } from '../../runtime/context.ts';
import type { Quota } from '../quotas/enforce.ts';
import type { Finish } from './finish.ts';

/** Of an upload that never said how long it would be: before anything is published that its project has no room for. */
export async function chargeWhole(
  { runtime }: Context,
  { image, locations }: Finish,
  quota: Quota,
  sizeBytes: number,
): Promise<void> {
  await runtime.db.transaction(async (q) => {
    quota.enforce(q);
    await q.lock(image.id);
    for (const location of locations) {
      const changes = { reserved_bytes: sizeBytes, updated_at: runtime.now() };
      await updateLocation(q, location, image.owner_id, changes);
    }
  });
}
