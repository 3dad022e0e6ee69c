/** What becomes of a transfer that stopped before its end: whether it tries again by itself, and what is said of it. */
import { isStowageError } from '#lib/contract/errors.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { isStoreFault, type StoreFaultKind } from '#lib/stores/store.ts';
import { concludeCanceled, concludeFailed } from './conclude.ts';
import { discardUnnamed } from './discard-unnamed.ts';
import type { HeldTransfer } from './held-transfer.ts';
import { attemptLimit, retryDelayMilliseconds } from './limits.ts';
import { releaseHeld, type Trouble } from './settle.ts';

export interface Judgement {
  /** May go well by itself after a while. */
  retry: boolean;
  error: string;
  /** What helps while it still tries by itself. */
  remedy: string | null;
}

const goesOnByItself = 'It goes on by itself when that answers again.';

/** What a person can do about it; a kind that is not here comes right by itself or is a matter for the log. */
const remedies: Partial<Record<StoreFaultKind, string>> = {
  full: 'Free some space there and try again, or choose another store.',
  'read-only': 'Open the store for writing and try again, or choose another store.',
  refused: 'See that the service may read and write there, then try again.',
  'wrong-store': 'See that the right place is mounted; it then goes on by itself.',
  unavailable: goesOnByItself,
  unsupported: 'Choose another store.',
  corrupt: 'Have the other copies of the image verified.',
};

const passing: ReadonlySet<StoreFaultKind> = new Set([
  'unavailable',
  'wrong-store',
  'aborted',
  'short-read',
  'failed',
  // Nobody else has these keys: an earlier attempt has published after all, which the next one sees at its beginning.
  'exists',
]);

export function judge(error: unknown): Judgement {
  if (isStoreFault(error)) {
    return {
      retry: passing.has(error.kind),
      error: error.message,
      remedy: remedies[error.kind] ?? null,
    };
  }
  if (isStowageError(error)) {
    const retry = error.code === 'store_unavailable' || error.code === 'database_unavailable';
    // What it says to a person who asked is not what one does who looks on.
    return { retry, error: error.message, remedy: retry ? goesOnByItself : (error.remedy ?? null) };
  }
  return {
    retry: true,
    error: 'It stopped for a reason that is not known here.',
    remedy: 'The log of the server has more under the request id.',
  };
}

/** Writes the last word about a transfer that did not come to its end. Never rejects. */
export async function settle(runtime: Runtime, held: HeldTransfer, error: unknown): Promise<void> {
  if (held.isSettled) return;
  try {
    await write(runtime, held, error);
  } catch (failure) {
    if (isStowageError(failure) && failure.code === 'gone') {
      await concludeCanceled(runtime, held, failure.message).catch((again: unknown) =>
        runtime.log.error({ err: again, transfer: held.id }, 'a transfer could not be ended'),
      );
    } else if (isLost(failure)) {
      await letGo(runtime, held);
    } else {
      // Its lease runs out, and whoever comes then goes on at the durable offset.
      runtime.log.error({ err: failure, transfer: held.id }, 'a transfer could not be put back');
    }
  } finally {
    held.noteSettled();
  }
}

/**
 * A store that hangs shall not hold up whoever cancels: the transfer ends now. Until the store lets go, nobody here
 * removes what it writes. Never rejects.
 */
export async function concludeHanging(runtime: Runtime, held: HeldTransfer): Promise<void> {
  if (held.isSettled) return;
  await concludeCanceled(runtime, held, null).catch((error: unknown) =>
    runtime.log.warn({ err: error, transfer: held.id }, 'a canceled transfer could not be ended yet'),
  );
}

async function write(runtime: Runtime, held: HeldTransfer, error: unknown): Promise<void> {
  switch (held.interruption) {
    case 'lease-lost':
      return letGo(runtime, held);
    case 'cancel':
      await concludeCanceled(runtime, held, null);
      // What came about after it had been ended elsewhere, or by `concludeHanging`, may have no row any more.
      return letGo(runtime, held);
    case 'pause':
      return releaseHeld(runtime, held, { to: 'paused' });
    case 'stop':
    case 'detach':
      return releaseHeld(runtime, held, { to: 'queued' });
    case null:
      return afterError(runtime, held, error);
  }
}

/** Whoever has it now goes on with its object; when its row is gone already, nobody does. */
async function letGo(runtime: Runtime, held: HeldTransfer): Promise<void> {
  if (held.location !== null) await discardUnnamed(runtime, held.location);
}

function isLost(error: unknown): boolean {
  return isStowageError(error) && error.code === 'lease_lost';
}

async function afterError(runtime: Runtime, held: HeldTransfer, error: unknown): Promise<void> {
  if (isLost(error)) return letGo(runtime, held);
  if (isStowageError(error) && error.code === 'gone') {
    return concludeCanceled(runtime, held, error.message);
  }
  const { retry, ...trouble } = judge(error);
  const { attempts } = held.row;
  const isLast = !retry || attempts >= attemptLimit;
  const fields = { err: error, transfer: held.id, store: held.row.target_store, attempts };
  runtime.log.warn(fields, isLast ? 'a transfer has failed' : 'a transfer will be tried again');
  if (isLast) return concludeFailed(runtime, held, retry ? afterLastTry(trouble) : trouble);
  await releaseHeld(runtime, held, {
    to: 'queued',
    attempts,
    nextAttemptAt: runtime.now() + retryDelayMilliseconds(attempts),
    trouble,
  });
}

/** What would have come right by itself has not: from here on it waits for a person. */
function afterLastTry({ error }: Trouble): Trouble {
  return {
    error: `${error} It was tried ${attemptLimit} times.`,
    remedy: 'Try again when the stores answer: it goes on where it stopped.',
  };
}
