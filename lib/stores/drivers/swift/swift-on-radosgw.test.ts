import { after, describe, test } from 'node:test';
import { KiB, MiB } from '#lib/contract/limits.ts';
import { startCeph } from '#e2e/servers/ceph.ts';
import { describeStoreConformance } from '../../conformance/conformance.ts';
import { openSwiftPlace } from './test-place.ts';

const powers = ['write', 'append', 'clone', 'list', 'capacity'] as const;
const sizes = { objectSizeBytes: 3 * MiB + 4321, holeSizeBytes: 64 * KiB, rounds: 4 };

const started = await startCeph();
if (!started.ok) {
  test('the Swift driver on radosgw', { skip: started.reason }, () => undefined);
} else {
  const { authUrl, username, password } = started.ceph.radosgw.swift;
  const account = { auth_url: authUrl, username, password };
  describe('on radosgw', () => {
    after(() => started.ceph.remove());
    describeStoreConformance('the Swift driver', powers, {
      openPlace: () => openSwiftPlace(account),
      ...sizes,
    });
  });
}
