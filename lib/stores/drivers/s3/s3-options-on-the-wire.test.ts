import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import dns, { type LookupAddress } from 'node:dns';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { startCeph, type TestCeph } from '#e2e/servers/ceph.ts';
import { requireDebian } from '#e2e/support/debian.ts';
import { startSwift } from '#e2e/servers/swift.ts';
import { noFaults, startFaultProxy, type FaultProxy, type SeenRequest } from '#e2e/support/fault-proxy.ts';
import { temporaryDirectory } from '#e2e/support/temporary-directory.ts';
import { MiB } from '#lib/contract/limits.ts';
import { assertSameBytes, collect, marker, patternBytes, readAll } from '../../conformance/place.ts';
import { guardStore } from '../../guarded-store.ts';
import { isStoreFault, type GuardedStore, type StoreFaultKind } from '../../store.ts';
import type { S3Options } from './options.ts';
import { S3Connection } from './s3-connection.ts';
import { S3Store } from './s3-store.ts';
import { quickRetries, testOptions } from './testing.ts';

const domain = 's3.stowage.test';
const started = await startCeph({
  more: {
    rgw_dns_name: domain,
    rgw_s3_auth_use_sts: 'true',
    rgw_sts_key: 'abcdefghijklmnop',
    rgw_crypt_require_ssl: 'false',
    rgw_crypt_s3_kms_backend: 'testing',
    rgw_crypt_s3_kms_encryption_keys: `our-key=${Buffer.alloc(32, 5).toString('base64')}`,
  },
});
const curl = await requireDebian(['curl']);
const skip = started.ok ? (curl.ok ? false : curl.reason) : started.reason;
const bytes = patternBytes(5 * MiB + 70_001, 1);

describe(
  'what the options of an S3 store make of its requests',
  {
    skip,
  },
  () => {
    let ceph: TestCeph;
    let proxy: FaultProxy;

    before(async () => {
      if (!started.ok) return;
      ceph = started.ceph;
      proxy = await startFaultProxy(ceph.radosgw.endpoint);
    });
    after(async () => {
      await proxy?.close();
      await ceph?.remove();
    });
    beforeEach(() => proxy.plan(noFaults));

    const optionsOf = (more: Partial<S3Options> = {}) =>
      testOptions({ ...ceph.radosgw, endpoint: proxy.url }, more);
    const open = (options: S3Options) => guardStore(new S3Store('store', options, quickRetries));

    /** Writes one image in two goes and reads it. */
    async function live(store: GuardedStore): Promise<void> {
      await store.writeMarker(marker('store'));
      const first = await store.begin('image', { sizeBytes: bytes.length });
      await first.append([bytes.subarray(0, 5 * MiB + 10)]);
      const point = await first.flush();
      await first.close();
      const second = await store.resume('image', { ...point, sizeBytes: bytes.length });
      await second.append([bytes.subarray(second.position)]);
      await second.commit();
      assertSameBytes(await readAll(store, 'image'), bytes);
    }

    /** The requests that make an object or begin one; the parts of an upload take after it. */
    const making = (): SeenRequest[] =>
      proxy.seen.filter(
        ({ method, url, headers }) =>
          (method === 'POST' && url.includes('uploads')) ||
          (method === 'PUT' && !url.includes('partNumber') && headers['content-length'] !== '0'),
      );

    /** What the endpoint says of an object. */
    async function head(options: S3Options, name: string) {
      const connection = new S3Connection('direct', { ...options, endpoint: ceph.radosgw.endpoint });
      const input = { Bucket: options.bucket, Key: name };
      try {
        return await connection.call({}, (s3, send) => s3.send(new HeadObjectCommand(input), send));
      } finally {
        await connection.close();
      }
    }

    test('path_style: false puts the bucket into the host name of every request, that which makes it too', async (context) => {
      const { port } = new URL(proxy.url);
      context.mock.method(dns, 'lookup', lookupHere);
      const options = optionsOf({ endpoint: `http://${domain}:${port}`, path_style: false });
      const store = open(options);
      await live(store);
      await store.clone(store, { sourceKey: 'image', key: 'copy', sizeBytes: bytes.length, from: null });
      assert.deepEqual((await collect(store.list())).map(({ key }) => key).sort(), ['copy', 'image']);
      await store.remove('image');
      await store.close();
      assert.ok(proxy.seen.length > 15);
      for (const { method, url, headers } of proxy.seen) {
        assert.equal(headers['host'], `${options.bucket}.${domain}:${port}`, `${method} ${url}`);
        assert.ok(!url.includes(options.bucket), `${method} ${url}`);
      }
      const direct = open({ ...options, endpoint: ceph.radosgw.endpoint, path_style: true });
      assertSameBytes(await readAll(direct, 'copy'), bytes);
      await direct.close();
    });

    test("an endpoint of one's own has the bucket in the path unless it is told otherwise", async () => {
      const options = optionsOf();
      const store = open(options);
      await store.writeMarker(marker('store'));
      await store.close();
      assert.ok(proxy.seen.every(({ url }) => url.startsWith(`/${options.bucket}`)));
      assert.ok(proxy.seen.every(({ headers }) => `http://${headers['host']}` === proxy.url));
    });

    test('sse: aws:kms:<key> keeps everything encrypted with that key, and it reads as it was', async () => {
      const options = optionsOf({ sse: 'aws:kms:our-key' });
      const store = open(options);
      await live(store);
      await store.close();
      const made = making();
      assert.ok(made.length >= 3, 'marker, tail and upload');
      for (const { method, url, headers } of made) {
        assert.equal(headers['x-amz-server-side-encryption'], 'aws:kms', `${method} ${url}`);
        assert.equal(headers['x-amz-server-side-encryption-aws-kms-key-id'], 'our-key', `${method} ${url}`);
      }
      const found = await head(options, 'image');
      assert.deepEqual([found.ServerSideEncryption, found.SSEKMSKeyId], ['aws:kms', 'our-key']);
    });

    test('sse: AES256 and sse: aws:kms name no key', async () => {
      const aes = open(optionsOf({ sse: 'AES256' }));
      await live(aes);
      await aes.close();
      const kms = open(optionsOf({ sse: 'aws:kms' }));
      // This endpoint has no key of its own to take instead.
      await assertTold(() => kms.writeMarker(marker('store')), 'failed', /does not accept .* sse/);
      await kms.close();
      const sent = making().map(({ headers }) => headers['x-amz-server-side-encryption']);
      assert.deepEqual([sent.slice(0, -1).every((sse) => sse === 'AES256'), sent.at(-1)], [true, 'aws:kms']);
      const keys = making().map(({ headers }) => headers['x-amz-server-side-encryption-aws-kms-key-id']);
      assert.ok(keys.every((key) => key === undefined));
    });

    test('storage_class goes with every image, and never with what is read in between', async () => {
      const store = open(optionsOf({ storage_class: 'STANDARD' }));
      await live(store);
      await store.close();
      assert.ok(making().some(({ url }) => url.includes('/.stowage-unfinished/')));
      for (const { method, url, headers } of making()) {
        assert.equal(headers['x-amz-storage-class'], 'STANDARD', `${method} ${url}`);
      }
      proxy.plan(noFaults);
      const lost = open(optionsOf({ storage_class: 'NOWHERE' }));
      await assertTold(() => lost.writeMarker(marker('store')), 'failed', /does not accept .* storage_class/);
      assert.deepEqual(
        making().map(({ headers }) => headers['x-amz-storage-class']),
        ['NOWHERE'],
      );
      await lost.close();
      const late = open(optionsOf({ storage_class: 'GLACIER' }));
      await assertTold(() => late.readMarker(), 'failed', /cannot be read at once.*Name a storage_class/);
      await late.close();
    });

    describe('credentials', () => {
      const directory = temporaryDirectory({ after });
      const none = path.join(directory, 'none');
      let standing: S3Options;

      before(async () => {
        standing = optionsOf();
        const store = open(standing);
        await store.writeMarker(marker('store'));
        await store.close();
        await ceph.run('radosgw-admin', 'caps', 'add', '--uid=images', '--caps=user-policy=*');
        const statement = { Effect: 'Allow', Action: ['sts:GetSessionToken'], Resource: '*' };
        const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
        const put = {
          Action: 'PutUserPolicy',
          UserName: 'images',
          PolicyName: 'sts',
          PolicyDocument: policy,
        };
        assert.match(ask('iam', put), /PutUserPolicyResponse/);
      });

      /** Calls IAM or STS of the endpoint as the owner of the bucket. */
      function ask(service: 'iam' | 'sts', fields: Readonly<Record<string, string>>): string {
        const { endpoint, accessKey, secretKey } = ceph.radosgw;
        const signing = [
          '--aws-sigv4',
          `aws:amz:us-east-1:${service}`,
          '--user',
          `${accessKey}:${secretKey}`,
        ];
        const body = new URLSearchParams(fields).toString();
        return execFileSync('/usr/bin/curl', ['-sS', ...signing, '-d', body, `${endpoint}/`], {
          encoding: 'utf8',
        });
      }

      /** Keys of the same user that end in a quarter of an hour. */
      function temporary(): { key: string; secret: string; token: string } {
        const answer = ask('sts', { Action: 'GetSessionToken', DurationSeconds: '900' });
        const field = (name: string) =>
          new RegExp(`<${name}>([^<]+)`).exec(answer)?.[1] ?? assert.fail(answer);
        return { key: field('AccessKeyId'), secret: field('SecretAccessKey'), token: field('SessionToken') };
      }

      /** Reads the marker with what the machine gives; no keys stand in the options. */
      async function readWith(environment: Record<string, string>): Promise<string | undefined> {
        const { access_key: _, secret_key: __, ...options } = standing;
        const before = { ...process.env };
        const bare = Object.fromEntries(Object.entries(before).filter(([name]) => !name.startsWith('AWS_')));
        const files = { AWS_SHARED_CREDENTIALS_FILE: none, AWS_CONFIG_FILE: none };
        process.env = {
          NODE_ENV: 'test',
          ...bare,
          ...files,
          AWS_EC2_METADATA_DISABLED: 'true',
          ...environment,
        };
        const store = open(options);
        try {
          return (await store.readMarker())?.token;
        } finally {
          process.env = before;
          await store.close();
        }
      }

      const keyOf = (request: SeenRequest | undefined) =>
        /Credential=([^/]+)/.exec(request?.headers['authorization'] ?? '')?.[1];

      test('session_token is sent along with temporary keys', async () => {
        const { key, secret, token } = temporary();
        const options = { ...standing, access_key: key, secret_key: secret, session_token: token };
        const store = open(options);
        assert.equal((await store.readMarker())?.token, 'a-token');
        await store.close();
        assert.equal(keyOf(proxy.seen[0]), key);
        assert.ok(proxy.seen[0]?.headers['x-amz-security-token']);
        const stale = open({ ...options, session_token: 'x' + token.slice(1) });
        await assertTold(() => stale.readMarker(), 'failed', /session_token that the options name/);
        await stale.close();
      });

      test('come from the environment where the options have none', async () => {
        const { accessKey, secretKey } = ceph.radosgw;
        const environment = { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey };
        assert.equal(await readWith(environment), 'a-token');
        assert.equal(keyOf(proxy.seen[0]), accessKey);
        assert.equal(proxy.seen[0]?.headers['x-amz-security-token'], undefined);
      });

      test('come with their token from the environment', async () => {
        const { key, secret, token } = temporary();
        const environment = {
          AWS_ACCESS_KEY_ID: key,
          AWS_SECRET_ACCESS_KEY: secret,
          AWS_SESSION_TOKEN: token,
        };
        assert.equal(await readWith(environment), 'a-token');
        assert.equal(keyOf(proxy.seen[0]), key);
      });

      test('come from a profile of the shared file', async () => {
        const { accessKey, secretKey } = ceph.radosgw;
        const file = path.join(directory, 'credentials');
        const profile = `aws_access_key_id = ${accessKey}\naws_secret_access_key = ${secretKey}\n`;
        writeFileSync(
          file,
          `[other]\naws_access_key_id = A\naws_secret_access_key = B\n[images]\n${profile}`,
        );
        const environment = { AWS_SHARED_CREDENTIALS_FILE: file, AWS_PROFILE: 'images' };
        assert.equal(await readWith(environment), 'a-token');
        assert.equal(keyOf(proxy.seen[0]), accessKey);
      });

      test('of the options win over those of the machine', async () => {
        const { accessKey, secretKey } = ceph.radosgw;
        process.env['AWS_ACCESS_KEY_ID'] = 'AKNOBODY';
        process.env['AWS_SECRET_ACCESS_KEY'] = 'nothing';
        const store = open({ ...standing, access_key: accessKey, secret_key: secretKey });
        try {
          assert.equal((await store.readMarker())?.token, 'a-token');
        } finally {
          delete process.env['AWS_ACCESS_KEY_ID'];
          delete process.env['AWS_SECRET_ACCESS_KEY'];
          await store.close();
        }
        assert.equal(keyOf(proxy.seen[0]), accessKey);
      });

      test('that nobody gives are missed in words, without a request', async () => {
        await assertTold(() => readWith({}), 'refused', /no credentials.*Give access_key and secret_key/);
        assert.equal(proxy.seen.length, 0);
      });
    });
  },
);

const swift = await startSwift();
test(
  "a region that is not the endpoint's is named as the trouble",
  { skip: swift.ok ? false : swift.reason },
  async (context) => {
    if (!swift.ok) return;
    context.after(swift.server.remove);
    const options = testOptions({ endpoint: swift.server.url, ...swift.server.s3 });
    const store = guardStore(new S3Store('store', options, quickRetries));
    await store.writeMarker(marker('store'));
    await store.close();
    const lost = guardStore(new S3Store('store', { ...options, region: 'eu-west-1' }, quickRetries));
    for (const call of [() => lost.readMarker(), () => lost.writeMarker(marker('store'))]) {
      await assertTold(call, 'refused', /bucket lies in another region.*Correct region/);
    }
    await lost.close();
  },
);

/** A fault of this kind, with these words in it and its remedy. */
async function assertTold(run: () => Promise<unknown>, kind: StoreFaultKind, words: RegExp): Promise<void> {
  await assert.rejects(run, (error: unknown) => {
    assert.ok(isStoreFault(error, kind), `expected a fault of kind ${kind}, got ${String(error)}`);
    assert.match(`${error.message} ${error.remedy}`, words);
    return true;
  });
}

/** As the name service of an endpoint would answer for its buckets. */
function lookupHere(
  _name: string,
  options: dns.LookupOptions,
  done: (error: null, address: string | LookupAddress[], family?: number) => void,
): void {
  if (options.all) done(null, [{ address: '127.0.0.1', family: 4 }]);
  else done(null, '127.0.0.1', 4);
}
