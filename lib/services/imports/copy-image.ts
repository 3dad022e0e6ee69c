import { randomUUID } from 'node:crypto';
import { assertCan } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { listLocations } from '#lib/db/repositories/locations.ts';
import type { Context } from '#lib/runtime/context.ts';
import { getImage } from '../images/get.ts';
import { openQuota } from '../quotas/enforce.ts';
import { planCopies } from '../transfers/start-copies.ts';
import { assertNoTask, beginTask } from './begin-task.ts';
import { chooseImportStores, type WantedStores } from './choose-stores.ts';

export interface ImportRequest {
  /** For `all` with `copy-image`: every store that takes images and has it not yet. */
  stores: WantedStores;
  allStoresMustSucceed: boolean;
  /** As it came, shown with the task. */
  body: Record<string, unknown>;
}

/**
 * Glance's import by `copy-image`: copies an active image into further stores. `bad_request` for a store that has it
 * already, `conflict` for one that does not exist or takes nothing; with `all` those are left out, and nothing to do is
 * no error. A store that may fail and cannot be reached now is tried until it can, or until its transfer gives up.
 */
export async function importByCopy(ctx: Context, imageId: string, request: ImportRequest): Promise<void> {
  const { owner_id } = await getImage(ctx.runtime.db.read, ctx.actor, imageId);
  const quota = await openQuota(ctx.runtime, owner_id);
  await ctx.runtime.db.transaction(async (q) => {
    quota.enforce(q);
    await q.lock(imageId);
    const image = await getImage(q, ctx.actor, imageId);
    assertCan(ctx.actor, 'copy_image', image, imageId);
    if (image.status !== 'active') {
      throw new StowageError('wrong_state', 'Only images with status active can be targeted for copying');
    }
    await assertNoTask(q, imageId);
    const present = new Set(
      (await listLocations(q, [imageId]))
        .filter(({ state }) => state === 'active' || state === 'writing' || state === 'verifying')
        .map(({ store_id }) => store_id),
    );
    const chosen = chooseImportStores(ctx, request.stores);
    const stores = request.stores === 'all' ? chosen.filter((store) => !present.has(store)) : chosen;
    const taken = stores.find((store) => present.has(store));
    if (taken !== undefined) {
      throw new StowageError('bad_request', `Image is already present at store '${taken}'`, {
        field: 'stores',
      });
    }
    if (stores.length === 0) return;
    const { allStoresMustSucceed } = request;
    const groupId = randomUUID();
    await beginTask(ctx, q, {
      type: 'api_image_import',
      image,
      input: { image_id: imageId, import_req: request.body, backend: stores },
      plan: { method: 'copy-image', stores, allStoresMustSucceed, groupId, stagedIn: null },
    });
    await planCopies(ctx, q, {
      imageId,
      stores,
      byImport: true,
      groupId,
      allStoresMustSucceed,
      whenBack: !allStoresMustSucceed,
    });
  });
}
