import { isStowageError, StowageError } from '../../contract/errors.ts';
import { isStoreFault, type StoreFault } from '../../stores/store.ts';

/**
 * What a store or the pipeline threw, as an error that may be told. With `signal`, whatever happened after it was
 * aborted is the abort's reason: the broken stream behind it is only its consequence.
 */
export function toStowageError(thrown: unknown, signal?: AbortSignal): StowageError {
  if (signal?.aborted && isStowageError(signal.reason)) return signal.reason;
  if (isStowageError(thrown)) return thrown;
  if (isStoreFault(thrown)) return fromFault(thrown);
  return new StowageError('internal', 'Stowage failed to do this. The log has more under the request id.', {
    cause: thrown,
  });
}

function fromFault(fault: StoreFault): StowageError {
  const store = fault.storeId;
  switch (fault.kind) {
    case 'full':
      return new StowageError('store_full', `${store} is full.`, {
        remedy: 'Free some space there and go on, or choose another store.',
        cause: fault,
      });
    case 'read-only':
      return new StowageError('store_read_only', `${store} takes no new images.`, { cause: fault });
    case 'not-found':
      return new StowageError('not_found', `The bytes are not in ${store}.`, { cause: fault });
    case 'wrong-store':
    case 'refused':
    case 'unavailable':
      return new StowageError('store_unavailable', `${store} cannot be used now: ${fault.message}`, {
        remedy: 'Try again in a while; an administrator sees on the page of the store what is wrong.',
        retryAfterSeconds: 30,
        cause: fault,
      });
    case 'unsupported':
      return new StowageError('not_supported', `${store} cannot do that.`, { cause: fault });
    case 'aborted':
      return new StowageError('conflict', 'This was stopped.', { cause: fault });
    default:
      return new StowageError('store_unavailable', `${store} failed: ${fault.message}`, {
        retryAfterSeconds: 30,
        cause: fault,
      });
  }
}
