import { limitNames, type ProjectUsage, type UsageFigure } from '#lib/contract/quotas.ts';
import { MiB } from '#lib/contract/limits.ts';
import { allStores } from '#lib/db/charges.ts';
import { findProjectNames } from '#lib/db/repositories/identity.ts';
import { listUsage } from '#lib/db/repositories/usage.ts';
import type { Context } from '#lib/runtime/context.ts';
import { getLimits, resourceOf } from './limits-of.ts';

type UsageContext = Pick<Context, 'runtime' | 'actor'>;

/** What the caller's project uses and may use. */
export async function showUsage({ runtime, actor }: UsageContext): Promise<ProjectUsage> {
  return await toProjectUsage(runtime, actor.projectId);
}

/** All stores together, then each store that is used or limited. */
export async function toProjectUsage(
  runtime: UsageContext['runtime'],
  projectId: string,
): Promise<ProjectUsage> {
  const q = runtime.db.read;
  const limits = await getLimits(runtime, q, projectId);
  const usage = await listUsage(q, projectId);
  const names = await findProjectNames(q, [projectId]);
  const figures: UsageFigure[] = [];
  for (const store of [allStores, ...runtime.config.stores.map(({ id }) => id)]) {
    for (const name of limitNames) {
      const resource = resourceOf[name];
      const used = usage.find((row) => row.store_id === store && row.resource === resource)?.used ?? 0;
      const { most, from } = limits.of(store, resource);
      // What an administrator has set is shown also where it says "no limit": a form that did not would drop it.
      if (store !== allStores && used === 0 && most === null && from !== 'project') continue;
      figures.push({ store: store === allStores ? null : store, name, used, limit: most, from });
    }
  }
  return { project: { id: projectId, name: names.get(projectId) ?? null }, figures };
}

/**
 * `GET /v2/info/usage` as Glance answers it: sizes in MiB, -1 for no limit, and nothing at all while no limit is set
 * for the project.
 */
export async function showUsageAsGlance(
  ctx: UsageContext,
): Promise<{ usage: Record<string, { usage: number; limit: number }> }> {
  const { runtime, actor } = ctx;
  const limits = await getLimits(runtime, runtime.db.read, actor.projectId);
  if (!limits.any) return { usage: {} };
  const { figures } = await showUsage(ctx);
  const overall = figures.filter(({ store }) => store === null);
  return {
    usage: Object.fromEntries(
      overall.map(({ name, used, limit }) => {
        const unit = name === 'image_size_total' || name === 'image_stage_total' ? MiB : 1;
        return [
          name,
          { usage: Math.ceil(used / unit), limit: limit === null ? -1 : Math.floor(limit / unit) },
        ];
      }),
    ),
  };
}
