import { StowageError } from '#lib/contract/errors.ts';
import {
  transferStates,
  type TransferList,
  type TransferListQuery,
  type TransferState,
} from '#lib/contract/transfers.ts';
import { listTransfers as listRows } from '#lib/db/repositories/transfers.ts';
import { isOpen } from '#lib/domain/transfer-state.ts';
import type { Context } from '#lib/runtime/context.ts';
import { toTransferViews } from './view.ts';

/** Newest first. Administrators see all, others those of their project's images. */
export async function listTransfers(ctx: Context, query: TransferListQuery): Promise<TransferList> {
  const { rows, more } = await listRows(ctx.runtime.db.read, {
    states: parseStates(query.state),
    imageId: query.image ?? null,
    storeId: query.store ?? null,
    projectId: ctx.actor.administrator ? null : ctx.actor.projectId,
    after: query.cursor === undefined ? null : parseCursor(query.cursor),
    limit: query.limit,
  });
  const last = rows.at(-1);
  return {
    transfers: await toTransferViews(ctx, rows),
    next_cursor: more && last !== undefined ? toCursor(last.created_at, last.id) : null,
  };
}

function parseStates(text: string | undefined): TransferState[] | null {
  if (text === undefined || text === '') return null;
  return text.split(',').flatMap((word): TransferState[] => {
    if (word === 'open') return transferStates.filter(isOpen);
    if (word === 'ended') return transferStates.filter((state) => !isOpen(state));
    const state = transferStates.find((known) => known === word);
    if (state !== undefined) return [state];
    throw new StowageError('bad_request', `There is no transfer state "${word}".`, {
      remedy: `Use open, ended, or some of ${transferStates.join(', ')}.`,
      field: 'state',
    });
  });
}

function toCursor(createdAt: number, id: string): string {
  return Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');
}

function parseCursor(text: string): { createdAt: number; id: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch (cause) {
    throw wrongCursor(cause);
  }
  if (!Array.isArray(parsed)) throw wrongCursor();
  const [createdAt, id] = parsed as unknown[];
  if (typeof createdAt !== 'number' || typeof id !== 'string') throw wrongCursor();
  return { createdAt, id };
}

function wrongCursor(cause?: unknown): StowageError {
  return new StowageError('bad_request', 'This cursor is not one of ours.', {
    remedy: 'Take next_cursor of the page before as it is.',
    field: 'cursor',
    cause,
  });
}
