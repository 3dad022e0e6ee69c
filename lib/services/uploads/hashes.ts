import type { HashName } from '../../pipeline/types.ts';
import type { Runtime } from '../../runtime/runtime.ts';

/** Which hashes an upload makes as its bytes pass; a deferred MD5 is made later. */
export function hashesFor(runtime: Runtime): HashName[] {
  if (runtime.config.benchmarkWithoutHashes) return [];
  return runtime.config.checksumMd5 === 'inline' ? ['sha512', 'md5'] : ['sha512'];
}
