import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoreDefinition } from './definition.ts';
import { driverOptions, type DriverName } from './drivers/index.ts';
import { findOwner, toGlanceLocation } from './glance-locations.ts';

function define(id: string, driver: DriverName, options: object): StoreDefinition {
  return {
    id,
    driver,
    options: driverOptions[driver].schema.parse(options),
    description: '',
    weight: 0,
    tier: null,
    site: null,
    hypervisors: [],
    pricePerGibMonth: null,
    quotaBytes: null,
    code: id.slice(0, 3).toUpperCase(),
    loadLinePercent: 85,
    mode: 'read-write',
  };
}

const swift = { username: 'images:up', password: 'hush', container: 'our images' };
const definitions = [
  define('fast', 'filesystem', { path: '/srv/fast' }),
  define('faster', 'filesystem', { path: '/srv/fast/er' }),
  define('minio', 's3', {
    endpoint: 'http://s3.example:9000',
    bucket: 'glance',
    prefix: 'x/',
    access_key: 'AK',
    secret_key: 'hush',
  }),
  define('amazon', 's3', { region: 'eu-west-1', bucket: 'ours' }),
  define('swift', 'swift', { auth_url: 'https://swift.example/auth/v1.0', ...swift }),
];

test('where an object lies can be said and read back, and holds no secret', () => {
  const key = '5f2ae1f2-2c3f-4c3c-8d53-9d3f2b1e7a10-0a1b2c';
  for (const definition of definitions) {
    const location = toGlanceLocation(definition, key);
    assert.ok(location !== null, definition.id);
    assert.doesNotMatch(location, /hush|AK/);
    assert.deepEqual(findOwner(definitions, location), { storeId: definition.id, key }, location);
  }
});

test('what lies elsewhere, or is no image, has no owner', () => {
  for (const location of [
    'file:///srv/other/a',
    'file:///srv/fast/../fast/a',
    'file:///srv/fast/.stowage-store',
    'file:///srv/fast/',
    's3+http://s3.example:9000/glance/a',
    's3+https://s3.eu-west-1.amazonaws.com/theirs/a',
    'http://swift.example/auth/v1.0/our%20images/a',
    'rbd://fsid/pool/a/snap',
    '',
  ]) {
    assert.equal(findOwner(definitions, location), null, location);
  }
});
