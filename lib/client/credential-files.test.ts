import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { parse } from 'yaml';
import { credentialFile } from './credential-files.ts';

const access = {
  authUrl: 'http://127.0.0.1:9292/identity/v3',
  id: '0123456789abcdef',
  secret: `odd: "one" #'$HOME\\`,
};

test('writes a clouds.yaml that reads back with its secret', () => {
  assert.deepEqual(parse(credentialFile('clouds', access)), {
    clouds: {
      stowage: {
        auth_type: 'v3applicationcredential',
        auth: {
          auth_url: access.authUrl,
          application_credential_id: access.id,
          application_credential_secret: access.secret,
        },
        region_name: 'RegionOne',
        identity_api_version: 3,
      },
    },
  });
});

test('writes settings that a shell takes as they are meant', () => {
  const told = execFileSync(
    'sh',
    ['-c', `${credentialFile('shell', access)}printf '%s' "$OS_APPLICATION_CREDENTIAL_SECRET"`],
    { encoding: 'utf8' },
  );
  assert.equal(told, access.secret);
});

test('keeps the secret out of what belongs into a repository', () => {
  assert.ok(!credentialFile('terraform', access).includes(access.secret));
});
