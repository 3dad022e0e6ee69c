import { liveUntilKilled } from '../../conformance/victim.ts';
import { SwiftOptions } from './options.ts';
import { SwiftStore } from './swift-store.ts';

/** The process that `swift-kill.test.ts` kills. */
const [options = '', seed = ''] = process.argv.slice(2);
await liveUntilKilled({
  store: new SwiftStore('store', SwiftOptions.parse(JSON.parse(options))),
  seed: Number(seed),
  objectBytes: 5_000_000,
  appendBytes: 1_500_000,
});
