import { updateLocation } from '../../db/repositories/locations.ts';
import type { Context } from '../../runtime/context.ts';
import type { Quota } from '../quotas/enforce.ts';
import type { Finish } from './finish.ts';
import { promisedBytes } from './promised-bytes.ts';

/** Of an upload that never said how long it would be: before anything is published that its project has no room for. */
export async function chargeWhole(
  { runtime }: Context,
  { upload, image, locations }: Finish,
  quota: Quota,
  sizeBytes: number,
): Promise<void> {
  await runtime.db.transaction(async (q) => {
    quota.enforce(q);
    await q.lock(image.id);
    const stores = locations.map(({ store_id }) => store_id);
    for (const location of locations) {
      await updateLocation(q, location, image.owner_id, {
        reserved_bytes: promisedBytes(upload, stores, location.store_id, sizeBytes),
        updated_at: runtime.now(),
      });
    }
  });
}
