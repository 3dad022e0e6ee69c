import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCeph } from '#e2e/servers/ceph.ts';
import { surviveKills } from '../../conformance/killing.ts';
import { collect } from '../../conformance/place.ts';
import { S3Bucket } from './s3-bucket.ts';
import { S3Connection } from './s3-connection.ts';
import { S3Store } from './s3-store.ts';
import { testOptions } from './testing.ts';

test('loses nothing acknowledged and leaves nothing in the bucket when it is killed again and again', async (context) => {
  const started = await startCeph();
  if (!started.ok) return context.skip(started.reason);
  context.after(started.ceph.remove);
  await surviveKills(context, {
    victim: new URL('s3-kill-victim.ts', import.meta.url),
    rounds: 8,
    longestMilliseconds: 2_000,
    isRemovedAtOnce: true,
    async openPlace() {
      const options = testOptions(started.ceph.radosgw);
      const connection = new S3Connection('direct', options);
      const bucket = new S3Bucket(connection);
      return {
        stores: [new S3Store('store', options)],
        parameters: [JSON.stringify(options)],
        async assertEmpty() {
          const names = (await collect(bucket.list(''))).map(({ name }) => name);
          assert.deepEqual(names, [bucket.markerName]);
          assert.deepEqual(await collect(bucket.listUploads('')), []);
        },
        remove: () => connection.close(),
      };
    },
  });
});
