import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSwift } from '#e2e/servers/swift.ts';
import { surviveKills } from '../../conformance/killing.ts';
import { openSwiftPlace } from './test-place.ts';

const given = process.env['STOWAGE_TEST_SWIFT'];

test('loses nothing acknowledged and leaves no segment when it is killed again and again', async (context) => {
  const started = given ? null : await startSwift();
  if (started !== null && !started.ok) return context.skip(started.reason);
  context.after(() => started?.server.remove());
  const account = {
    auth_url: given ?? started?.server.authUrl ?? '',
    username: 'test:tester',
    password: 'testing',
  };
  await surviveKills(context, {
    victim: new URL('kill-victim.ts', import.meta.url),
    rounds: 6,
    longestMilliseconds: 2_500,
    isRemovedAtOnce: false,
    async openPlace() {
      const place = await openSwiftPlace(account);
      return {
        stores: [await place.open()],
        parameters: [JSON.stringify(place.options)],
        async assertEmpty() {
          assert.deepEqual(await place.names(), [`${place.options.container}/.stowage-store.json`]);
        },
        remove: () => place.remove(),
      };
    },
  });
});
