import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { startCeph } from '#e2e/servers/ceph.ts';
import { temporaryDirectory } from '#e2e/support/temporary-directory.ts';
import { S3Options } from '#lib/stores/drivers/s3/options.ts';
import { S3Store } from '#lib/stores/drivers/s3/s3-store.ts';
import { directoryPlace, storePlace } from './places.ts';
import { torture } from './torture.ts';

test('a server with S3 stores that is killed at random loses nothing and leaves no part behind', async (t) => {
  const started = await startCeph();
  if (!started.ok) return t.skip(started.reason);
  const { radosgw, remove } = started.ceph;
  t.after(remove);
  const bucketPlace = (id: string) => {
    const given = {
      endpoint: radosgw.endpoint,
      bucket: `torture-${id}`,
      access_key: radosgw.accessKey,
      secret_key: radosgw.secretKey,
      create_bucket: true,
      part_size_mib: 5,
    };
    const store = new S3Store(id, S3Options.parse(given));
    t.after(() => store.close());
    return storePlace(store, `driver: s3, options: ${JSON.stringify(given)}`);
  };
  const places = new Map([
    ['s3', bucketPlace('s3')],
    ['other', bucketPlace('other')],
    ['fast', directoryPlace(path.join(temporaryDirectory(t), 'fast'))],
  ]);
  const seed = Date.now() % 2 ** 31;
  const say = (line: string): void => t.diagnostic(line);
  say(`seed ${seed}`);
  const { broken, counts } = await torture(t, { seconds: 25, seed, say, places });
  say(JSON.stringify(counts));
  assert.deepEqual(broken, []);
});
