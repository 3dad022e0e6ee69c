import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authVersionOf, segmentsContainerOf, SwiftOptions } from './options.ts';

const plain = {
  auth_url: 'https://swift.example/auth/v1.0',
  username: 'a:b',
  password: 'p',
  container: 'images',
};

function missing(options: object): string[] {
  const result = SwiftOptions.safeParse(options);
  return result.success ? [] : result.error.issues.map(({ path }) => path.join('.'));
}

test('tells the version of the protocol by the URL, the credentials, or the word of the operator', () => {
  const versionOf = (auth_url: string, more: Partial<SwiftOptions> = {}) =>
    authVersionOf({ auth_url, ...more });
  assert.equal(versionOf('https://swift.example/auth/v1.0'), 1);
  assert.equal(versionOf('http://gateway.example:7480/auth'), 1);
  assert.equal(versionOf('http://gateway.example:7480/auth/1.0', { auth_version: 1 }), 1);
  assert.equal(versionOf('https://keystone.example/v3'), 3);
  assert.equal(versionOf('https://keystone.example:5000'), 3);
  assert.equal(versionOf('https://keystone.example/auth', { application_credential_id: 'x' }), 3);
});

test('names what is missing for the way to sign in', () => {
  assert.deepEqual(missing(plain), []);
  assert.deepEqual(missing({ ...plain, password: undefined }), ['password']);
  const keystone = { ...plain, auth_url: 'https://keystone.example/v3' };
  assert.deepEqual(missing(keystone), ['project']);
  assert.deepEqual(missing({ ...keystone, project: 'images' }), []);
  const credential = { auth_url: keystone.auth_url, container: 'images', application_credential_id: 'x' };
  assert.deepEqual(missing(credential), ['application_credential_secret']);
  assert.deepEqual(missing({ ...credential, application_credential_secret: 's' }), []);
  assert.deepEqual(missing({ ...plain, segments_container: 'images' }), ['segments_container']);
  assert.deepEqual(missing({ ...plain, container: 'a/b', auth_url: 'swift.example', auth_version: 1 }), [
    'auth_url',
    'container',
  ]);
});

test('fills in what most installations have, also from text of the environment', () => {
  const options = SwiftOptions.parse({
    ...plain,
    segment_size_mib: '32',
    create_container: 'true',
    auth_version: '1',
  });
  assert.equal(options.segment_size_mib, 32);
  assert.equal(options.create_container, true);
  assert.equal(options.auth_version, 1);
  assert.equal(options.interface, 'public');
  assert.equal(options.parallel_segments, 4);
  assert.equal(segmentsContainerOf(options), 'images_segments');
});
