import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { guardStore } from '../guarded-store.ts';
import type { GuardedStore, Store, StoreCapability } from '../store.ts';
import { testCopying, testExtents } from './copying.ts';
import { testCapacity, testListing } from './listing.ts';
import { assertFault, drain, onFreshPlace, type ConformanceOptions } from './place.ts';
import { testReading } from './reading.ts';
import { testResuming } from './resuming.ts';
import { testWriting } from './writing.ts';

export type { ConformanceOptions, ConformancePlace } from './place.ts';

/** What each power brings, called as somebody would who does not look at the capabilities first. */
const uses: Record<StoreCapability, ((store: GuardedStore) => Promise<unknown>)[]> = {
  write: [
    (store) => store.begin('image-1', { sizeBytes: null }),
    (store) => store.remove('image-1'),
    (store) => store.discard('image-1', null),
    (store) => store.writeMarker({ storeId: store.id, token: 'x', createdAt: '' }),
  ],
  append: [(store) => store.resume('image-1', { sizeBytes: null, durableBytes: 0, resumeState: null })],
  clone: [(store) => store.clone(store, { sourceKey: 'image-1', key: 'image-2', sizeBytes: 1, from: null })],
  sparse: [(store) => drain(store.extents('image-1'))],
  list: [(store) => drain(store.list())],
  capacity: [(store) => store.capacity()],
};

/**
 * The suite that every driver runs, against the real backend where one can be had: each promise of `store.ts`, for
 * each power that the driver names, and the refusal of each that it does not.
 */
export function describeStoreConformance(
  name: string,
  capabilities: readonly StoreCapability[],
  options: ConformanceOptions,
): void {
  describe(`${name} keeps the driver contract`, () => {
    test('has the powers that it is tested for', () =>
      onFreshPlace(options, async ({ store }) => {
        assert.deepEqual([...store.capabilities].sort(), [...capabilities].sort());
        assert.equal(await store.canCloneFrom(unknownStore()), false);
      }));

    for (const [power, calls] of Object.entries(uses) as [
      StoreCapability,
      (typeof uses)[StoreCapability],
    ][]) {
      test(`is refused ${power} where it does not name it`, () =>
        onFreshPlace(options, async ({ place }) => {
          const driver = await place.open();
          const others = new Set([...driver.capabilities].filter((other) => other !== power));
          const less = guardStore(new Proxy(driver, { get: withCapabilities(others) }));
          for (const call of calls) await assertFault('unsupported', () => call(less));
          if (power === 'clone') assert.equal(await less.canCloneFrom(less), false);
        }));
    }

    testReading(options);
    if (capabilities.includes('write')) testWriting(options);
    if (capabilities.includes('append')) testResuming(options);
    if (capabilities.includes('clone')) testCopying(options);
    if (capabilities.includes('sparse')) testExtents(options);
    if (capabilities.includes('list')) testListing(options);
    if (capabilities.includes('capacity')) testCapacity(options);
  });
}

function withCapabilities(capabilities: ReadonlySet<StoreCapability>) {
  return (driver: Store, property: string | symbol): unknown => {
    if (property === 'capabilities') return capabilities;
    const value: unknown = Reflect.get(driver, property, driver);
    return typeof value === 'function' ? value.bind(driver) : value;
  };
}

function unknownStore(): Store {
  return {
    id: 'unknown',
    driver: 'unknown',
    capabilities: new Set(),
    readMarker: async () => null,
    stat: async () => ({ key: '', sizeBytes: 0 }),
    async *read() {
      yield new Uint8Array(0);
    },
    close: async () => undefined,
  };
}
