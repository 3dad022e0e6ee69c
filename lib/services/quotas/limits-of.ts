/** How much a project may use: what stowage.yaml, an administrator or Keystone says. */
import { allStores, type Resource } from '#lib/db/charges.ts';
import type { Queries } from '#lib/db/database.ts';
import { listLimitOverrides } from '#lib/db/repositories/usage.ts';
import type { LimitName } from '#lib/contract/quotas.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';

/** By Glance's name of the limit. */
export const resourceOf: Readonly<Record<LimitName, Resource>> = {
  image_size_total: 'size',
  image_stage_total: 'stage',
  image_count_total: 'count',
  image_count_uploading: 'uploading',
};

export interface EffectiveLimit {
  /** Bytes or a count; null: as much as it wants. */
  most: number | null;
  from: 'default' | 'project' | 'keystone';
}

export interface EffectiveLimits {
  projectId: string;
  /** Of a store, or of all together (`allStores`). */
  of(storeId: string, resource: Resource): EffectiveLimit;
  /** Some resource is limited. */
  readonly any: boolean;
}

/** Limits that are kept elsewhere and take the place of the defaults for all stores together (Keystone's unified limits). */
export interface LimitSource {
  /** Sizes in bytes; a resource that is left out has no limit there. May be some seconds old. */
  limitsOf(projectId: string): Promise<Readonly<Partial<Record<Resource, number | null>>>>;
}

type LimitedRuntime = Pick<Runtime, 'config'> & { limitSource?: LimitSource | undefined };

/** What an administrator has set for the project goes before everything else. */
export async function getLimits(
  { config, limitSource }: LimitedRuntime,
  q: Queries,
  projectId: string,
): Promise<EffectiveLimits> {
  const overrides = await listLimitOverrides(q, projectId);
  const unified = limitSource === undefined ? null : await limitSource.limitsOf(projectId);
  const found = (storeId: string, resource: Resource): EffectiveLimit => {
    const own = overrides.find((row) => row.store_id === storeId && row.resource === resource);
    if (own !== undefined) return { most: own.most, from: 'project' };
    if (storeId !== allStores) {
      return { most: config.limits.stores[storeId]?.[resource] ?? null, from: 'default' };
    }
    if (unified !== null) return { most: unified[resource] ?? null, from: 'keystone' };
    return { most: config.limits.project[resource] ?? null, from: 'default' };
  };
  const isLimited = (limits: Readonly<Partial<Record<Resource, number | null>>>): boolean =>
    Object.values(limits).some((most) => most !== null);
  return {
    projectId,
    of: found,
    any:
      overrides.some(({ most }) => most !== null) ||
      Object.values(config.limits.stores).some(isLimited) ||
      isLimited(unified ?? config.limits.project),
  };
}
