import { MiB } from '#lib/contract/limits.ts';
import { liveUntilKilled } from '../../conformance/victim.ts';
import { S3Options } from './options.ts';
import { S3Store } from './s3-store.ts';

/** The process that `s3-kill.test.ts` kills. */
const [options = '', seed = ''] = process.argv.slice(2);
await liveUntilKilled({
  store: new S3Store('store', S3Options.parse(JSON.parse(options))),
  seed: Number(seed),
  objectBytes: 14 * MiB,
  appendBytes: 3 * MiB,
});
