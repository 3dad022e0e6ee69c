import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import pino from 'pino';
import { startCeph } from '#e2e/servers/ceph.ts';
import { startSwift } from '#e2e/servers/swift.ts';
import { KiB, MiB } from '#lib/contract/limits.ts';
import { describeStoreConformance } from '../../conformance/conformance.ts';
import { isStoreFault, type StoreCapability } from '../../store.ts';
import { S3Store } from './s3-store.ts';
import { openBuckets, quickRetries, testOptions } from './testing.ts';

const powers: StoreCapability[] = ['write', 'append', 'clone', 'list', 'capacity'];
const sizes = { objectSizeBytes: 10 * MiB + 4321, holeSizeBytes: 64 * KiB, rounds: 4 };

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

  // It repeats in its answer what it was sent, as Amazon's does.
  test('what is logged of a refusal lets nobody in', async () => {
    const endpoint = { endpoint: url, ...s3, secretKey: 'another-secret' };
    const store = new S3Store('store', testOptions(endpoint, { session_token: 'a-token' }), quickRetries);
    const refusal = await store.readMarker().catch((error: unknown) => error);
    assert.ok(isStoreFault(refusal, 'refused'), String(refusal));
    const logged = JSON.stringify(pino.stdSerializers.err(refusal.cause as Error));
    assert.match(logged, /SignatureDoesNotMatch/);
    for (const secret of [s3.accessKey, 'another-secret', 'a-token'])
      assert.ok(!logged.includes(secret), logged);
    await store.close();
  });
} else {
  test("the S3 driver on Swift's s3api", { skip: swift.reason }, () => undefined);
}
