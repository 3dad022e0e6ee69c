/** How much a project may use: what stowage.yaml, an administrator or Keystone says. */
import { MiB } from '#lib/contract/limits.ts';
import { limitNames, type LimitName } from '#lib/contract/quotas.ts';
import { allStores, resources, type Resource } from '#lib/db/charges.ts';
import type { Queries } from '#lib/db/database.ts';
import { listLimitOverrides } from '#lib/db/repositories/usage.ts';
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

type LimitedRuntime = Pick<Runtime, 'config' | 'keystone'>;

/**
 * What an administrator has set for the project goes before everything else, then what Keystone says of it (believed
 * for a minute), then stowage.yaml.
 */
export async function getLimits(
  { config, keystone }: LimitedRuntime,
  q: Queries,
  projectId: string,
): Promise<EffectiveLimits> {
  const overrides = await listLimitOverrides(q, projectId);
  const unified = keystone ? toResources(await keystone.limitsOf(projectId)) : {};
  const found = (storeId: string, resource: Resource): EffectiveLimit => {
    const own = overrides.find((row) => row.store_id === storeId && row.resource === resource);
    if (own !== undefined) return { most: own.most, from: 'project' };
    if (storeId !== allStores) {
      return { most: config.limits.stores[storeId]?.[resource] ?? null, from: 'default' };
    }
    const elsewhere = unified[resource];
    if (elsewhere !== undefined) return { most: elsewhere, from: 'keystone' };
    return { most: config.limits.project[resource] ?? null, from: 'default' };
  };
  const places = [
    allStores,
    ...Object.keys(config.limits.stores),
    ...overrides.map(({ store_id }) => store_id),
  ];
  return {
    projectId,
    of: found,
    any: places.some((store) => resources.some((resource) => found(store, resource).most !== null)),
  };
}

/** Keystone has sizes in MiB, as Glance registers them. */
function toResources(limits: ReadonlyMap<string, number | null>): Partial<Record<Resource, number | null>> {
  return Object.fromEntries(
    limitNames.flatMap((name) => {
      const limit = limits.get(name);
      if (limit === undefined) return [];
      const unit = name === 'image_size_total' || name === 'image_stage_total' ? MiB : 1;
      return [[resourceOf[name], limit === null ? null : limit * unit]];
    }),
  );
}
