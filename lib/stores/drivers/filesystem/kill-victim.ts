import { liveUntilKilled } from '../../conformance/victim.ts';
import { FilesystemStore } from './filesystem-store.ts';

/** The process that `filesystem-kill.slow.test.ts` kills. */
const [directory = '', neighbour = '', seed = ''] = process.argv.slice(2);
await liveUntilKilled({
  store: new FilesystemStore('store', { path: directory, shared: false }),
  neighbour: new FilesystemStore('neighbour', { path: neighbour, shared: false }),
  seed: Number(seed),
  objectBytes: 3_000_000,
  appendBytes: 600_000,
});
