/** Telling of transfers: changes of state are written and replayed, progress in between is only sent. */
import type { Transaction } from '#lib/db/database.ts';
import type { TransferRow } from '#lib/db/define-schema.ts';
import { insertEvent } from '#lib/db/repositories/events.ts';
import { transferActions } from '#lib/domain/transfer-state.ts';
import type { TransferProgress } from '#lib/runtime/parts.ts';
import type { Runtime } from '#lib/runtime/runtime.ts';
import { toTransferView } from '#lib/services/transfers/view.ts';

/** In the transaction that changes the state; told to this process after the commit. */
export async function recordTransfer(
  runtime: Runtime,
  transaction: Transaction,
  row: TransferRow,
  actorId: string,
): Promise<void> {
  // With the actions of whoever may do everything; each listener gets its own (see http/events).
  const transfer = toTransferView(row, null, transferActions(row.state, row.wish));
  const id = await insertEvent(transaction, {
    at: runtime.now(),
    type: 'transfer',
    image_id: row.image_id,
    store_id: row.target_store,
    project_id: row.project_id,
    actor_id: actorId,
    request_id: row.request_id,
    payload: { type: 'transfer', transfer },
  });
  const published = { id, event: { type: 'transfer' as const, transfer }, projectId: row.project_id };
  await runtime.events.publishWith(transaction, published);
}

export function publishProgress(runtime: Runtime, row: TransferRow, progress: TransferProgress): void {
  const transfer = toTransferView(row, progress, transferActions(row.state, row.wish));
  runtime.events.publish({ id: null, event: { type: 'transfer', transfer }, projectId: row.project_id });
}
