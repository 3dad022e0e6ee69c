/** Signing in at Keystone alone: that the driver keeps its contract is shown on Swift and radosgw, without one. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MiB } from '#lib/contract/limits.ts';
import { httpClient } from '#e2e/support/http.ts';
import { seedPassword } from '#e2e/servers/keystone-seed.ts';
import { startKeystone } from '#e2e/servers/keystone.ts';
import { startSwift } from '#e2e/servers/swift.ts';
import { assertSameBytes, marker, patternBytes, put, readAll } from '../../conformance/place.ts';
import { guardStore } from '../../guarded-store.ts';
import { openSwiftPlace, type TestAccount } from './test-place.ts';

const keystone = await startKeystone({ after });
const started =
  keystone &&
  (await startSwift({
    keystone: { url: keystone.url, username: 'swift', password: seedPassword, project: 'service' },
  }));
const server = started?.ok ? started.server : null;
after(() => server?.remove());

if (keystone === null || server === null) {
  const skip = started?.ok === false ? started.reason : 'Keystone cannot be had here';
  test('the Swift driver with Keystone', { skip }, () => undefined);
} else {
  const accounts = `${server.keystoneUrl}/v1/AUTH_%(tenant_id)s`;
  await keystone.setEndpoint('object-store', 'swift', accounts);
  const member: TestAccount = {
    auth_url: keystone.url,
    username: 'alpha-member',
    password: seedPassword,
    project: 'alpha',
    region: 'RegionOne',
  };
  const open = async (account: TestAccount) => {
    const place = await openSwiftPlace(account);
    return guardStore(await place.open(), { firstBackoffMilliseconds: 1, attempts: 1 });
  };

  describe('the Swift driver signs in at Keystone', () => {
    test('goes on with a new token when the old one is revoked in the middle of an upload', async () => {
      const store = await open(member);
      await store.writeMarker(marker('store'));
      const bytes = patternBytes(3 * MiB, 5);
      const writer = await store.begin('image-1', { sizeBytes: null });
      await writer.append([bytes.subarray(0, 1 * MiB)]);
      await writer.flush();
      const before = await keystone.signIn({
        name: 'alpha-member',
        password: seedPassword,
        project: 'alpha',
      });
      const administrator = await keystone.asAdministrator();
      // A password that is set anew ends all tokens of its user. Moments are whole seconds there.
      const [user] = (
        await administrator.json<{ users: { id: string }[] }>('GET', '/users?name=alpha-member', 200)
      ).users;
      await administrator.json('PATCH', `/users/${user?.id}`, 200, { user: { password: seedPassword } });
      await sleep(2_100);
      const own = await fetch(`${keystone.url}/auth/tokens`, {
        headers: { 'x-auth-token': before, 'x-subject-token': before },
      });
      assert.notEqual(own.status, 200, 'the tokens have ended');
      await writer.append([bytes.subarray(1 * MiB)]);
      await writer.commit();
      assertSameBytes(await readAll(store, 'image-1'), bytes);
    });

    test('as an application credential', async () => {
      const token = await keystone.signIn({ name: 'alpha-member', password: seedPassword, project: 'alpha' });
      const client = httpClient(keystone.url, { 'x-auth-token': token });
      const self = await (
        await fetch(`${keystone.url}/auth/tokens`, {
          headers: { 'x-auth-token': token, 'x-subject-token': token },
        })
      ).json();
      const { id: user } = (self as { token: { user: { id: string } } }).token.user;
      const made = await client.json<{ application_credential: { id: string; secret: string } }>(
        'POST',
        `/users/${user}/application_credentials`,
        201,
        { application_credential: { name: 'stowage' } },
      );
      const { id, secret } = made.application_credential;
      const credential = { application_credential_id: id, application_credential_secret: secret };
      // Also without /v3 at the end, as operators write it.
      const store = await open({ auth_url: keystone.url.replace('/v3', ''), ...credential });
      await store.writeMarker(marker('store'));
      await put(store, 'image-1', patternBytes(1000, 1));
      assertSameBytes(await readAll(store, 'image-1'), patternBytes(1000, 1));
      const wrong = await open({
        auth_url: keystone.url,
        ...credential,
        application_credential_secret: 'no',
      });
      await assert.rejects(wrong.readMarker(), { kind: 'refused' });
    });

    test('says which regions there are, and that a user may not', async () => {
      const elsewhere = await open({ ...member, region: 'Nowhere' });
      await assert.rejects(elsewhere.readMarker(), {
        kind: 'refused',
        message: /no public object-store endpoint in the region "Nowhere"/,
        remedy: /RegionOne/,
      });
      const reader = await open({ ...member, username: 'alpha-reader' });
      await assert.rejects(reader.writeMarker(marker('store')), { kind: 'refused', remedy: /role/ });
    });
  });
}
