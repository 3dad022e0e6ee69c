import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { startCeph, type TestCeph } from '#e2e/servers/ceph.ts';
import { requireDebian } from '#e2e/support/debian.ts';
import { temporaryDirectory } from '#e2e/support/temporary-directory.ts';
import { selfSigned, terminateTls } from '#e2e/support/tls.ts';
import type { StoreDefinition } from '../../definition.ts';
import { openRegistry, type RegisteredStore } from '../../registry.ts';
import type { StoreMarker } from '../../store.ts';
import { assertFault, patternBytes, put, readAll } from '../../conformance/place.ts';
import { guardStore } from '../../guarded-store.ts';
import type { S3Options } from './options.ts';
import { S3Connection } from './s3-connection.ts';
import { S3Store } from './s3-store.ts';
import { quickRetries, testOptions } from './testing.ts';

const started = await startCeph();

describe('an S3 store that is not as it should be', { skip: started.ok ? false : started.reason }, () => {
  let ceph: TestCeph;
  let good: S3Options;

  before(async () => {
    if (!started.ok) return;
    ceph = started.ceph;
    good = testOptions(ceph.radosgw);
    await new S3Store('store', good, quickRetries).writeMarker({
      storeId: 'store',
      token: 'a-token',
      createdAt: '',
    });
  });
  after(() => ceph?.remove());

  /** What the console shows of the store after the start of a service that has it. */
  async function shown(
    options: Partial<S3Options>,
    remembered: StoreMarker | null = null,
  ): Promise<RegisteredStore> {
    const registry = await openRegistry({
      definitions: [{ id: 'store', driver: 's3', mode: 'read-write', weight: 0 } as StoreDefinition],
      markers: { find: async () => remembered, save: async () => undefined },
      logger: { info: () => undefined, warn: () => undefined },
      clock: { now: () => new Date() },
      checkEveryMilliseconds: 0,
      guard: { attempts: 1 },
      openDriver: async () =>
        new S3Store('store', { ...good, create_bucket: false, ...options }, { attempts: 1 }),
    });
    const found = registry.get('store');
    await registry.close();
    return found;
  }

  const troubles: Record<string, { options: () => Partial<S3Options>; error: RegExp; remedy: RegExp }> = {
    'an access key that nobody knows': {
      options: () => ({ access_key: 'AKNOBODY' }),
      error: /does not know the access key \(InvalidAccessKeyId\)/,
      remedy: /Correct access_key/,
    },
    'the wrong secret': {
      options: () => ({ secret_key: 'another-secret' }),
      error: /secret key is not the one that belongs to the access key/,
      remedy: /Correct secret_key/,
    },
    'the credentials of somebody who may not': {
      options: () => ({
        access_key: ceph.radosgw.stranger.accessKey,
        secret_key: ceph.radosgw.stranger.secretKey,
      }),
      error: /may not do that in the bucket/,
      remedy: /Let it list, read, write and delete/,
    },
    'a bucket that is not there': {
      options: () => ({ bucket: 'nowhere-to-be-found' }),
      error: /the bucket does not exist/,
      remedy: /Create the bucket, correct its name, or set create_bucket: true/,
    },
    'an endpoint where nothing listens': {
      options: () => ({ endpoint: 'http://127.0.0.1:1' }),
      error: /nothing listens at the endpoint/,
      remedy: /Start the server there, or correct the endpoint/,
    },
    'a host that nobody knows': {
      options: () => ({ endpoint: 'http://s3.does-not-exist.invalid' }),
      error: /host name of the endpoint is not known/,
      remedy: /Correct the host name/,
    },
    'a file of certificates that is not there': {
      options: () => ({ endpoint: 'https://127.0.0.1:1', ca_file: '/nowhere/ca.pem' }),
      error: /file that ca_file names cannot be read/,
      remedy: /Name a file/,
    },
  };
  for (const [what, { options, error, remedy }] of Object.entries(troubles)) {
    test(`with ${what} is shown with what is wrong and what to do, and keeps no service from starting`, async () => {
      const found = await shown(options());
      assert.equal(found.state, 'unavailable');
      assert.match(found.error ?? '', error);
      assert.match(found.remedy ?? '', remedy);
      const { access_key, secret_key, endpoint } = { ...good, ...options() };
      for (const secret of [access_key, secret_key, endpoint]) {
        assert.ok(
          !`${found.error}${found.remedy}`.includes(String(secret)),
          'neither key nor address is shown',
        );
      }
    });
  }

  test('is refused when its bucket is another one than it was', async () => {
    const found = await shown({}, { storeId: 'store', token: 'another', createdAt: '' });
    assert.equal(found.state, 'unavailable');
    assert.match(found.error ?? '', /not the place that this store was/);
  });

  test('is read and not written with a key that may only read', async () => {
    const store = guardStore(new S3Store('store', good, quickRetries));
    await put(store, 'image', patternBytes(1000, 1));
    const connection = new S3Connection('store', good);
    const resource = [`arn:aws:s3:::${good.bucket}`, `arn:aws:s3:::${good.bucket}/*`];
    const policy = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: ['arn:aws:iam:::user/stranger'] },
          Action: ['s3:GetObject', 's3:ListBucket'],
          Resource: resource,
        },
      ],
    };
    await connection.call({}, (s3, send) =>
      s3.send(new PutBucketPolicyCommand({ Bucket: good.bucket, Policy: JSON.stringify(policy) }), send),
    );
    await connection.close();
    const { accessKey, secretKey } = ceph.radosgw.stranger;
    const reader = guardStore(
      new S3Store('store', { ...good, access_key: accessKey, secret_key: secretKey }, quickRetries),
    );
    assert.equal((await readAll(reader, 'image')).length, 1000);
    await assertFault('refused', () => put(reader, 'another', patternBytes(10, 1)));
    await assertFault('refused', () => reader.remove('image'));
    assert.equal((await readAll(store, 'image')).length, 1000);
    await store.remove('image');
  });

  test('is reached from a machine whose clock is wrong by hours', async (context) => {
    const requirement = await requireDebian(['faketime'], context);
    if (!requirement.ok) return;
    const script = `
      import { S3Store } from ${JSON.stringify(new URL('./s3-store.ts', import.meta.url).href)};
      const store = new S3Store('store', ${JSON.stringify(good)});
      console.log((await store.readMarker()).token, new Date().toISOString());
      await store.close();`;
    const run = ['-f', '-3h', process.execPath, '--input-type=module', '-e', script];
    const [token, time = ''] = execFileSync('/usr/bin/faketime', run, { encoding: 'utf8' }).trim().split(' ');
    assert.ok(Date.now() - Date.parse(time) > 2 * 3_600_000, 'its clock is wrong');
    assert.equal(token, 'a-token');
  });

  test('tells the quota of its bucket as its capacity, and when it is used up', async () => {
    const options = testOptions(ceph.radosgw);
    const store = guardStore(new S3Store('store', options, quickRetries));
    await store.writeMarker({ storeId: 'store', token: 'a-token', createdAt: '' });
    assert.equal(await store.capacity(), null, 'S3 without a quota has no end');
    const bucket = `--bucket=${options.bucket}`;
    await ceph.run('radosgw-admin', 'quota', 'set', '--quota-scope=bucket', bucket, '--max-size=4194304');
    await ceph.run('radosgw-admin', 'quota', 'enable', '--quota-scope=bucket', bucket);
    await assertFault('full', () => put(store, 'image', patternBytes(6 * 1024 * 1024, 1)));
    const capacity = await store.capacity();
    assert.equal(capacity?.totalBytes, 4_194_304);
    assert.ok(capacity.freeBytes > 4_000_000);
  });

  describe('behind TLS', () => {
    const directory = temporaryDirectory({ after });

    test('trusts the authority that ca_file names, and nobody else', async () => {
      const tls = selfSigned(directory, 'good');
      const { url, close } = await terminateTls(ceph.radosgw.endpoint, tls);
      const refused = await shown({ endpoint: url });
      assert.match(refused.error ?? '', /issued by nobody who is trusted here/);
      assert.match(refused.remedy ?? '', /ca_file/);
      const found = await shown({ endpoint: url, ca_file: tls.file });
      assert.deepEqual([found.state, found.error], ['in-service', null]);
      close();
    });

    test('says that a certificate has expired', async () => {
      const tls = selfSigned(directory, 'expired', { until: '20200102000000Z' });
      const { url, close } = await terminateTls(ceph.radosgw.endpoint, tls);
      const found = await shown({ endpoint: url, ca_file: tls.file });
      assert.match(found.error ?? '', /certificate of the endpoint has expired/);
      assert.match(found.remedy ?? '', /Renew the certificate/);
      close();
    });
  });
});
