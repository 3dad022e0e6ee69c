/**
 * The life of a transfer:
 *
 *     queued → running → verifying → done
 *        ↑        ↓          ↓
 *        └──── paused ←──────┘      and from any of these: failed, canceled
 *
 * A worker that stops puts what it had back to `queued`. `failed` is left by a retry alone; `done` and `canceled` never.
 */
import type { Actions } from '#lib/contract/common.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { TransferState } from '#lib/contract/transfers.ts';

const next: Readonly<Record<TransferState, readonly TransferState[]>> = {
  queued: ['running', 'verifying', 'paused', 'canceled', 'failed'],
  running: ['verifying', 'queued', 'paused', 'failed', 'canceled'],
  verifying: ['done', 'running', 'queued', 'paused', 'failed', 'canceled'],
  paused: ['queued', 'canceled', 'failed'],
  failed: ['queued', 'canceled'],
  done: [],
  canceled: [],
};

export const openTransferStates = ['queued', 'running', 'verifying', 'paused'] as const;
const heldTransferStates = ['running', 'verifying'] as const;

export type TransferVerb = 'pause' | 'resume' | 'cancel' | 'retry';

export function mayBecome(from: TransferState, to: TransferState): boolean {
  return from === to || next[from].includes(to);
}

/** Still has something to do. A failed one has not: it waits for a person. */
export function isOpen(state: TransferState): boolean {
  return (openTransferStates as readonly TransferState[]).includes(state);
}

/** A worker has it, if its lease is alive. */
export function isHeld(state: TransferState): boolean {
  return (heldTransferStates as readonly TransferState[]).includes(state);
}

const doableIn: Readonly<Record<TransferVerb, readonly TransferState[]>> = {
  pause: ['queued', 'running', 'verifying'],
  resume: ['paused'],
  cancel: ['queued', 'running', 'verifying', 'paused', 'failed'],
  retry: ['failed'],
};

const spoken: Readonly<Record<TransferState, string>> = {
  queued: 'is waiting for its turn',
  running: 'is running',
  verifying: 'is being verified',
  paused: 'is paused',
  done: 'is done',
  failed: 'has failed',
  canceled: 'was canceled',
};

/** Throws `wrong_state` with a sentence that says in which state it is. Asking for what already is so is no error. */
export function assertMay(verb: TransferVerb, state: TransferState): void {
  if (doableIn[verb].includes(state)) return;
  throw new StowageError(
    'wrong_state',
    `This transfer ${spoken[state]}; it is too late or too early to ${verb} it.`,
    {
      remedy: state === 'canceled' ? 'Start a new copy.' : undefined,
    },
  );
}

/** What whoever may control it can do now. Absent keys: not a thing that is done in this state. */
export function transferActions(state: TransferState, wish: 'pause' | 'cancel' | null): Actions {
  const actions: Actions = {};
  for (const verb of ['pause', 'resume', 'cancel', 'retry'] as const) {
    if (!doableIn[verb].includes(state)) continue;
    if (wish === 'cancel') actions[verb] = 'It is being canceled.';
    else if (wish === 'pause' && verb === 'pause') actions[verb] = 'It is being paused.';
    else actions[verb] = true;
  }
  return actions;
}
