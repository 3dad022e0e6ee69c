/** Keystone's unified limits for the image service: what is registered for everybody, and what single projects have. */
import type { Logger } from 'pino';
import { z } from 'zod';
import { hasCode } from '../contract/errors.ts';
import type { KeystoneAnswer, KeystoneRequest } from './wire.ts';

export type UnifiedLimits = ReadonlyMap<string, number | null>;

export interface KeystoneLimits {
  /**
   * Limits of a project by their names (`image_size_total`, …), in the units of Keystone: its own, else the registered
   * ones; null for as much as it wants. Of a name that is not in it Keystone says nothing. Believed for a minute.
   */
  limitsOf(projectId: string): Promise<UnifiedLimits>;
}

interface Parts {
  /** Only the system sees the limits of every project. */
  asSystem(asked: KeystoneRequest): Promise<KeystoneAnswer>;
  asOwn(asked: KeystoneRequest): Promise<KeystoneAnswer>;
  region: string | null;
  now: () => number;
  log: Logger;
}

const freshMilliseconds = 60_000;
const rememberedLimit = 10_000;
/** Stands for as much as it wants. */
const unlimited = -1;

const region_id = z.string().nullish();
const service_id = z.string();
const resource_name = z.string();
const Registered = z.object({
  registered_limits: z.array(z.object({ service_id, region_id, resource_name, default_limit: z.number() })),
});
const OfProjects = z.object({
  limits: z.array(z.object({ service_id, region_id, resource_name, resource_limit: z.number() })),
});
const Catalog = z.object({ catalog: z.array(z.object({ id: z.string(), type: z.string() })) });

export function openLimits({ asSystem: ask, asOwn, region, now, log }: Parts): KeystoneLimits {
  const remembered = new Map<string, { limits: Promise<UnifiedLimits>; until: number }>();

  let told = false;
  function tellOnce(): void {
    if (!told) {
      log.warn(
        'Keystone shows its registered limits only: the service user needs the role reader on the system',
      );
    }
    told = true;
  }

  async function asSystem(path: string): Promise<KeystoneAnswer> {
    try {
      return await ask({ path });
    } catch (error) {
      if (!hasCode(error, 'forbidden')) throw error;
      tellOnce();
      return await asOwn({ path });
    }
  }

  async function read(projectId: string): Promise<UnifiedLimits> {
    // From the catalog: the list of services is not for everybody who may validate tokens.
    const { data: found } = Catalog.safeParse((await asOwn({ path: '/auth/catalog' })).body);
    const services = new Set(found?.catalog.filter(({ type }) => type === 'image').map(({ id }) => id));
    const isOurs = (limit: { service_id: string; region_id?: string | null | undefined }) =>
      services.has(limit.service_id) &&
      (limit.region_id == null || region === null || limit.region_id === region);

    const limits = new Map<string, number | null>();
    const toMost = (limit: number) => (limit === unlimited ? null : limit);
    const registered = Registered.safeParse((await asOwn({ path: '/registered_limits' })).body);
    // What is said of one region counts more than what is said of all.
    const byRegion = (one: { region_id?: string | null | undefined }) => (one.region_id == null ? 0 : 1);
    for (const limit of registered.data?.registered_limits
      .filter(isOurs)
      .sort((a, b) => byRegion(a) - byRegion(b)) ?? []) {
      limits.set(limit.resource_name, toMost(limit.default_limit));
    }
    const query = new URLSearchParams({ project_id: projectId });
    const own = OfProjects.safeParse((await asSystem(`/limits?${query}`)).body);
    for (const limit of own.data?.limits.filter(isOurs).sort((a, b) => byRegion(a) - byRegion(b)) ?? []) {
      limits.set(limit.resource_name, toMost(limit.resource_limit));
    }
    if (!registered.success || !own.success) tellOnce();
    return limits;
  }

  return {
    async limitsOf(projectId) {
      const known = remembered.get(projectId);
      if (known !== undefined && known.until > now()) return await known.limits;
      const limits = read(projectId);
      remembered.delete(projectId);
      if (remembered.size >= rememberedLimit) remembered.delete(remembered.keys().next().value ?? '');
      remembered.set(projectId, { limits, until: now() + freshMilliseconds });
      limits.catch(() => remembered.delete(projectId));
      return await limits;
    },
  };
}
