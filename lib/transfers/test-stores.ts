/** The stores of the tests of the worker: real directories, with the powers and faults that a test wishes. */
import { join } from 'node:path';
import type { StoreDefinition } from '#lib/stores/definition.ts';
import { FilesystemStore } from '#lib/stores/drivers/filesystem/filesystem-store.ts';
import { FaultStore, type FaultPlan } from '#lib/stores/fault-store.ts';
import type { Store, StoreCapability } from '#lib/stores/store.ts';

export interface StoreWish {
  id: string;
  weight?: number;
  /** false: every byte has to go through the process. */
  clones?: boolean;
  /** false: takes an object only as a whole. */
  appends?: boolean;
  plan?: FaultPlan;
  quotaBytes?: number;
  /** A copy that it was asked to make may come about so much later. */
  lateCopyMilliseconds?: number;
}

export interface StorePlace {
  directory: string;
  stores: StoreWish[];
  /** Bytes that passed `read` of each store. */
  bytesRead: Map<string, number>;
}

export function toDefinition({ id, weight = 0, quotaBytes }: StoreWish): StoreDefinition {
  return {
    id,
    driver: 'filesystem',
    options: {},
    description: '',
    weight,
    tier: null,
    site: null,
    hypervisors: [],
    pricePerGibMonth: null,
    quotaBytes: quotaBytes ?? null,
    code: id.slice(0, 3).toUpperCase(),
    loadLinePercent: 85,
    mode: 'read-write',
  };
}

/** A directory store that counts what is read of it, and does nothing more when its process is dead. */
export function openDriver(place: StorePlace, { id }: StoreDefinition, life: { isDead: boolean }): Store {
  const wish = place.stores.find((store) => store.id === id);
  const directory = new FilesystemStore(id, { path: join(place.directory, id), shared: false });
  if (wish?.lateCopyMilliseconds !== undefined) {
    Object.defineProperty(directory, 'lateCopyMilliseconds', { value: wish.lateCopyMilliseconds });
  }
  const plan: FaultPlan = (call, random) =>
    life.isDead
      ? { kind: 'fail', error: new Error('the process is dead') }
      : (wish?.plan?.(call, random) ?? null);
  const store = new FaultStore(directory, { plan });
  if (wish?.clones === false || wish?.appends === false) {
    const capabilities = new Set<StoreCapability>(directory.capabilities);
    capabilities.delete('clone');
    if (!(wish.appends ?? true)) capabilities.delete('append');
    Object.defineProperty(store, 'capabilities', { value: capabilities });
  }
  const read = store.read.bind(store);
  store.read = async function* (...parameters) {
    for await (const chunk of read(...parameters)) {
      place.bytesRead.set(id, (place.bytesRead.get(id) ?? 0) + chunk.byteLength);
      yield chunk;
    }
  };
  return store;
}
