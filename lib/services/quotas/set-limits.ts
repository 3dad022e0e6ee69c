import { assertCanOther } from '#lib/auth/policy.ts';
import { StowageError } from '#lib/contract/errors.ts';
import { limitNames, type ProjectLimits, type ProjectUsage } from '#lib/contract/quotas.ts';
import { allStores } from '#lib/db/charges.ts';
import { writeLimitOverrides, type LimitOverride } from '#lib/db/repositories/usage.ts';
import type { Context } from '#lib/runtime/context.ts';
import { resourceOf } from './limits-of.ts';
import { toProjectUsage } from './show-usage.ts';

/**
 * Sets the limits of one project; what is left out is again as everywhere. A limit below what is used takes nothing
 * away: it only lets nothing more in. Safe to repeat.
 */
export async function setLimits(
  { runtime, actor }: Context,
  projectId: string,
  { stores = {}, ...overall }: ProjectLimits,
): Promise<ProjectUsage> {
  assertCanOther(actor, 'manage_limits');
  const known = runtime.config.stores.map(({ id }) => id);
  for (const store of Object.keys(stores)) {
    if (known.includes(store)) continue;
    throw new StowageError('unknown_store', `There is no store "${store}".`, {
      remedy: `The stores are: ${known.join(', ')}.`,
      field: 'stores',
    });
  }
  const overrides = [[allStores, overall] as const, ...Object.entries(stores)].flatMap(
    ([store_id, limits]): LimitOverride[] =>
      limitNames.flatMap((name) => {
        const most = limits[name];
        return most === undefined ? [] : [{ store_id, resource: resourceOf[name], most }];
      }),
  );
  await runtime.db.transaction(async (q) => {
    await q.lock(`limits:${projectId}`);
    await writeLimitOverrides(q, projectId, overrides);
  });
  runtime.log.info({ project: projectId, by: actor.userId, overrides }, 'the limits of a project were set');
  return await toProjectUsage(runtime, projectId);
}
