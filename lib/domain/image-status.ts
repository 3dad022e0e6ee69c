/** Glance's status machine (its `domain` module), and nothing beside it decides where an image may go. */
import type { ImageStatus } from '#lib/contract/common.ts';
import { StowageError } from '#lib/contract/errors.ts';

const next: Readonly<Record<ImageStatus, readonly ImageStatus[]>> = {
  queued: ['saving', 'uploading', 'importing', 'active', 'deleted'],
  saving: ['active', 'killed', 'deleted', 'queued'],
  uploading: ['importing', 'queued', 'deleted'],
  importing: ['active', 'deleted', 'queued'],
  active: ['deactivated', 'pending_delete', 'deleted'],
  deactivated: ['active', 'deleted'],
  killed: ['deleted'],
  pending_delete: ['deleted', 'active'],
  deleted: [],
};

export function mayBecome(from: ImageStatus, to: ImageStatus): boolean {
  return from === to || next[from].includes(to);
}

/** Throws `wrong_state` in Glance's words. */
export function assertMayBecome(from: ImageStatus, to: ImageStatus): void {
  if (mayBecome(from, to)) return;
  throw new StowageError('wrong_state', `Image status transition from ${from} to ${to} is not allowed`);
}
