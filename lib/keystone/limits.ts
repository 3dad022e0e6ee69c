/** Keystone's unified limits for the image service: what is registered for everybody, and what single projects have. */
import type { Logger } from 'pino';
import { z } from 'zod';
import { hasCode } from '../contract/errors.ts';
import type { KeystoneAnswer, KeystoneRequest } from './wire.ts';

export interface KeystoneLimits {
  /**
   * Limits of a project by their names (`image_size_total`, …), in the units of Keystone: its own, else the registered
   * ones. A name that is not in it has no limit. Believed for a minute.
   */
  limitsOf(projectId: string): Promise<ReadonlyMap<string, number>>;
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
/** -1 stands for none. */
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
const Services = z.object({ services: z.array(z.object({ id: z.string() })) });

export function openLimits({ asSystem: ask, asOwn, region, now, log }: Parts): KeystoneLimits {
  const remembered = new Map<string, { limits: Promise<ReadonlyMap<string, number>>; until: number }>();

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

  async function read(projectId: string): Promise<ReadonlyMap<string, number>> {
    const found = await asOwn({ path: '/services?type=image' });
    const services = new Set(Services.safeParse(found.body).data?.services.map(({ id }) => id));
    const isOurs = (limit: { service_id: string; region_id?: string | null | undefined }) =>
      services.has(limit.service_id) &&
      (limit.region_id == null || region === null || limit.region_id === region);

    const limits = new Map<string, number>();
    const registered = Registered.safeParse((await asOwn({ path: '/registered_limits' })).body);
    // What is said of one region counts more than what is said of all.
    const byRegion = (one: { region_id?: string | null | undefined }) => (one.region_id == null ? 0 : 1);
    for (const limit of registered.data?.registered_limits
      .filter(isOurs)
      .sort((a, b) => byRegion(a) - byRegion(b)) ?? []) {
      limits.set(limit.resource_name, limit.default_limit);
    }
    const query = new URLSearchParams({ project_id: projectId });
    const own = OfProjects.safeParse((await asSystem(`/limits?${query}`)).body);
    for (const limit of own.data?.limits.filter(isOurs).sort((a, b) => byRegion(a) - byRegion(b)) ?? []) {
      limits.set(limit.resource_name, limit.resource_limit);
    }
    if (!registered.success || !own.success) tellOnce();
    for (const [name, limit] of limits) if (limit === unlimited) limits.delete(name);
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
