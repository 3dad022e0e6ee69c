import assert from 'node:assert/strict';
import { test } from 'node:test';
import { s3Options, S3Options } from './options.ts';

const parse = (options: Record<string, unknown>) => S3Options.safeParse({ bucket: 'images', ...options });
const problems = (options: Record<string, unknown>) =>
  parse(options).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

test('needs a bucket and nothing else, and understands numbers and booleans that came as text', () => {
  assert.deepEqual(parse({}).data, {
    bucket: 'images',
    region: 'us-east-1',
    prefix: '',
    create_bucket: false,
    part_size_mib: 16,
    parallel_parts: 4,
  });
  const data = parse({ part_size_mib: '64', create_bucket: 'true', path_style: 'false' }).data;
  assert.deepEqual([data?.part_size_mib, data?.create_bucket, data?.path_style], [64, true, false]);
});

test('says which option is wrong, and of keys that one is missing', () => {
  assert.match(problems({ endpoint: 's3.example' })[0] ?? '', /^endpoint: Expected an address/);
  assert.match(problems({ bucket: 'a/b' })[0] ?? '', /^bucket: Expected the name of a bucket/);
  assert.match(problems({ prefix: '/images' })[0] ?? '', /^prefix: Expected a prefix/);
  assert.match(problems({ sse: 'aes' })[0] ?? '', /^sse: Expected AES256/);
  assert.match(problems({ part_size_mib: 4 })[0] ?? '', /^part_size_mib/);
  assert.match(problems({ access_key: 'AK' })[0] ?? '', /^secret_key: access_key was given without it/);
  assert.match(problems({ secret_key: 'SK' })[0] ?? '', /^access_key: secret_key was given without it/);
});

test('finds the object of a location that Glance wrote, with and without keys in it', () => {
  const id = '5f2ae1f2-2c3f-4c3c-8d53-9d3f2b1e7a10';
  const options = S3Options.parse({ bucket: 'glance', endpoint: 'https://s3.example:8443' });
  const keyOf = (location: string) => s3Options.keyOfGlanceLocation?.(location, options);
  assert.equal(keyOf(`s3+https://s3.example:8443/glance/${id}`), id);
  assert.equal(keyOf(`s3+https://AKIA:se/cr@et+x@s3.example:8443/glance/${id}`), id);
  assert.equal(keyOf(`s3://AK:SK@S3.EXAMPLE:8443/glance/${id}`), id);
  for (const other of [
    `s3+https://s3.example/glance/${id}`,
    `s3+https://s3.example:8443/other/${id}`,
    `s3+https://s3.example:8443/glance/../${id}`,
    's3+https://s3.example:8443/glance/',
    `swift+https://s3.example:8443/glance/${id}`,
  ]) {
    assert.equal(keyOf(other), null, other);
  }
  const amazon = S3Options.parse({ bucket: 'glance' });
  assert.equal(
    s3Options.keyOfGlanceLocation?.(`s3+https://s3.eu-west-1.amazonaws.com/glance/${id}`, amazon),
    id,
  );
  assert.equal(s3Options.keyOfGlanceLocation?.(`s3://evil.example/glance/${id}`, amazon), null);
});
