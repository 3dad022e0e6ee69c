import { after, describe, test } from 'node:test';
import { KiB, MiB } from '#lib/contract/limits.ts';
import { startSwift } from '#e2e/servers/swift.ts';
import { describeStoreConformance } from '../../conformance/conformance.ts';
import { openSwiftPlace, type TestAccount } from './test-place.ts';

const powers = ['write', 'append', 'clone', 'list', 'capacity'] as const;
const sizes = { objectSizeBytes: 3 * MiB + 4321, holeSizeBytes: 64 * KiB, rounds: 4 };

const given = process.env['STOWAGE_TEST_SWIFT'];
const started = given ? null : await startSwift();
if (started !== null && !started.ok) {
  test('the Swift driver on Swift', { skip: started.reason }, () => undefined);
} else {
  const account: TestAccount = {
    auth_url: given ?? started?.server.authUrl ?? '',
    username: 'test:tester',
    password: 'testing',
  };
  describe('on Swift', () => {
    after(() => started?.server.remove());
    describeStoreConformance('the Swift driver', powers, {
      openPlace: () => openSwiftPlace(account),
      ...sizes,
    });
  });
}
