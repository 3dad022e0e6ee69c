import type { Actor } from '#lib/auth/actor.ts';
import { canOther } from '#lib/auth/policy.ts';
import type { Actions } from '#lib/contract/common.ts';
import type { TransferView } from '#lib/contract/transfers.ts';
import type { TransferRow } from '#lib/db/define-schema.ts';
import { isHeld, transferActions } from '#lib/domain/transfer-state.ts';
import type { Context } from '#lib/runtime/context.ts';
import type { TransferProgress } from '#lib/runtime/parts.ts';

export async function toTransferViews(
  { runtime, actor }: Pick<Context, 'runtime' | 'actor'>,
  rows: readonly TransferRow[],
): Promise<TransferView[]> {
  return rows.map((row) => toTransferView(row, runtime.worker.progressOf(row.id), actionsFor(actor, row)));
}

/** `progress`: what this process knows beyond the row, which is written at durable points only. */
export function toTransferView(
  row: TransferRow,
  progress: TransferProgress | null,
  actions: Actions,
): TransferView {
  const live = isHeld(row.state) ? progress : null;
  return {
    id: row.id,
    group_id: row.group_id,
    kind: row.kind,
    image_id: row.image_id,
    image_name: row.image_name,
    source_store: row.source_store,
    target_store: row.target_store,
    move_from: row.move_from,
    state: row.state,
    method: row.method,
    bytes_sent: live?.sentBytes ?? row.bytes_sent,
    bytes_done: live?.doneBytes ?? row.bytes_done,
    bytes_verified: live?.verifiedBytes ?? row.bytes_verified,
    bytes_total: row.bytes_total,
    rate: live?.bytesPerSecond ?? null,
    eta_seconds: live?.etaSeconds ?? null,
    attempts: row.attempts,
    error: row.error,
    remedy: row.remedy,
    request_id: row.request_id,
    created_by: row.created_by,
    created_at: new Date(row.created_at).toISOString(),
    updated_at: new Date(row.updated_at).toISOString(),
    finished_at: row.finished_at === null ? null : new Date(row.finished_at).toISOString(),
    actions,
  };
}

export type TransferFacts = Pick<TransferRow, 'project_id' | 'kind'>;

/** Copies move what the operator pays for, so an administrator steers them; a verification also whoever may ask for one. */
export function mayControl(actor: Actor, transfer: TransferFacts): boolean {
  if (canOther(actor, 'control_transfer', { project_id: transfer.project_id })) return true;
  return (
    transfer.kind === 'verify' && transfer.project_id === actor.projectId && actor.roles.includes('member')
  );
}

export function maySeeTransfer(actor: Actor, transfer: Pick<TransferRow, 'project_id'>): boolean {
  return actor.administrator || transfer.project_id === actor.projectId;
}

export function actionsFor(
  actor: Actor,
  row: Pick<TransferRow, 'project_id' | 'kind' | 'state' | 'wish'>,
): Actions {
  return mayControl(actor, row) ? transferActions(row.state, row.wish) : {};
}
