import { after, test } from 'node:test';
import { startCeph } from '#e2e/servers/ceph.ts';
import { startSwift } from '#e2e/servers/swift.ts';
import { KiB, MiB } from '#lib/contract/limits.ts';
import { describeStoreConformance } from '../../conformance/conformance.ts';
import type { StoreCapability } from '../../store.ts';
import { openBuckets } from './testing.ts';

const powers: StoreCapability[] = ['write', 'append', 'clone', 'list', 'capacity'];
const sizes = { objectSizeBytes: 10 * MiB + 4321, holeSizeBytes: 64 * KiB };

const ceph = await startCeph();
if (ceph.ok) {
  const { radosgw, remove } = ceph.ceph;
  after(remove);
  describeStoreConformance('the S3 driver on radosgw', powers, {
    openPlace: () => openBuckets(radosgw, { prefix: 'stowage/images/' }),
    ...sizes,
  });
} else {
  test('the S3 driver on radosgw', { skip: ceph.reason }, () => undefined);
}

const swift = await startSwift();
if (swift.ok) {
  const { url, s3, remove } = swift.server;
  after(remove);
  describeStoreConformance("the S3 driver on Swift's s3api", powers, {
    openPlace: () => openBuckets({ endpoint: url, ...s3 }),
    ...sizes,
  });
} else {
  test("the S3 driver on Swift's s3api", { skip: swift.reason }, () => undefined);
}
