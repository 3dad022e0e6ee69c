import { after, describe, test } from 'node:test';
import { requireDebian } from '#e2e/support/debian.ts';
import { KiB, MiB } from '#lib/contract/limits.ts';
import { describeStoreConformance, type ConformanceOptions } from '../../conformance/conformance.ts';
import type { StoreCapability } from '../../store.ts';
import { nodeFileLayer, type FileLayer } from './file-layer.ts';
import { isTmpfs, mountSmall, openDirectories } from './testing.ts';

const powers: StoreCapability[] = ['write', 'append', 'clone', 'sparse', 'list', 'capacity'];
const sizes = { objectSizeBytes: 3 * MiB + 4321, holeSizeBytes: 64 * KiB };

describeStoreConformance('the filesystem driver', powers, { openPlace: () => openDirectories(), ...sizes });

// Without native calls holes cannot be found, but zeros are left out of a copy all the same.
const withoutNative = (): FileLayer => ({ ...nodeFileLayer(), native: async () => null });
describeStoreConformance(
  'the filesystem driver without native calls',
  powers.filter((power) => power !== 'sparse'),
  {
    ...sizes,
    async openPlace() {
      const place = await openDirectories(undefined, withoutNative);
      return {
        ...place,
        async open() {
          const store = await place.open();
          (store.capabilities as Set<StoreCapability>).delete('sparse');
          return store;
        },
      };
    },
  },
);

if (await isTmpfs('/dev/shm')) {
  describeStoreConformance('the filesystem driver on tmpfs', powers, {
    openPlace: () => openDirectories('/dev/shm'),
    ...sizes,
  });
} else {
  test('the filesystem driver on tmpfs', { skip: '/dev/shm is no tmpfs here' }, () => undefined);
}

for (const [kind, sizeMebibytes, tools] of [
  ['xfs', 400, 'xfsprogs'],
  ['btrfs', 300, 'btrfs-progs'],
] as const) {
  const requirement = await requireDebian([tools]);
  const mounted = requirement.ok ? await mountSmall(kind, sizeMebibytes) : requirement;
  if ('reason' in mounted) {
    test(`the filesystem driver on ${kind}, which shares blocks`, { skip: mounted.reason }, () => undefined);
    continue;
  }
  const options: ConformanceOptions = { openPlace: () => openDirectories(mounted.path), ...sizes };
  describe(`on ${kind}`, () => {
    after(() => mounted.unmount());
    describeStoreConformance(`the filesystem driver on ${kind}, which shares blocks,`, powers, options);
  });
}
