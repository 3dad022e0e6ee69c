import type { Lock, Locker } from '@tus/utils';
import { tusCall } from './call.ts';

/**
 * One request at a time for each upload in this process; who comes later (a resumed upload, a HEAD, a termination)
 * makes the one that writes stop at a durable offset. Between processes the lease in the database decides.
 */
export class StowageLocker implements Locker {
  newLock(id: string): Lock {
    let release: (() => void) | undefined;
    return {
      async lock(signal: AbortSignal) {
        release = await tusCall().ctx.runtime.uploads.lock(id, signal);
      },
      async unlock() {
        release?.();
        release = undefined;
      },
    };
  }
}
