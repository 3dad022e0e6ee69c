import type { Lock, Locker } from '@tus/utils';
import { takeFromOthers } from '../../services/uploads/lease.ts';
import { tusCall } from './call.ts';

/**
 * One request at a time for each upload in this process; who comes later (a resumed upload, a HEAD, a termination)
 * makes the one that writes stop at a durable offset, here or in another process.
 */
export class StowageLocker implements Locker {
  newLock(id: string): Lock {
    let release: (() => void) | undefined;
    return {
      async lock(signal: AbortSignal) {
        const { runtime } = tusCall().ctx;
        release = await runtime.uploads.lock(id, signal);
        try {
          await takeFromOthers(runtime, id, signal);
        } catch (error) {
          release();
          throw error;
        }
      },
      async unlock() {
        release?.();
        release = undefined;
      },
    };
  }
}
