import { z } from 'zod';
import { Actions, ImageId, StoreId, Timestamp } from './common.ts';

export const transferStates = [
  'queued',
  'running',
  'paused',
  'verifying',
  'done',
  'failed',
  'canceled',
] as const;
export const TransferState = z.enum(transferStates);
export type TransferState = z.infer<typeof TransferState>;

const transferKinds = ['copy', 'verify'] as const;
export const TransferKind = z.enum(transferKinds);
export type TransferKind = z.infer<typeof TransferKind>;

/** One image on its way to one store. Transfers that were asked for together share `group_id` and one read of the source. */
export const TransferView = z.object({
  id: z.string(),
  group_id: z.string(),
  kind: TransferKind,
  image_id: ImageId,
  image_name: z.string().nullable(),
  source_store: StoreId.nullable(),
  target_store: StoreId,
  move_from: StoreId.nullable(),
  state: TransferState,
  /** How the bytes go: 'clone' (the stores do it themselves) or 'stream'. Null until it runs. */
  method: z.enum(['clone', 'stream']).nullable(),
  /** sent ≥ done (durable in the target) ≥ verified. */
  bytes_sent: z.number(),
  bytes_done: z.number(),
  bytes_verified: z.number(),
  bytes_total: z.number(),
  /** Bytes per second over the last seconds; null while it does not move. */
  rate: z.number().nullable(),
  eta_seconds: z.number().nullable(),
  attempts: z.number(),
  /** What happened, and what a person can do about it. */
  error: z.string().nullable(),
  remedy: z.string().nullable(),
  /** Of the request that asked for it: the log has more under this id. */
  request_id: z.string().nullable(),
  created_by: z.string().nullable(),
  created_at: Timestamp,
  updated_at: Timestamp,
  finished_at: Timestamp.nullable(),
  actions: Actions,
});
export type TransferView = z.infer<typeof TransferView>;

export const TransferList = z.object({
  transfers: z.array(TransferView),
  next_cursor: z.string().nullable(),
});
export type TransferList = z.infer<typeof TransferList>;

/** `GET /api/v1/transfers?state=…` (comma list, or `open`/`ended`), `image=`, `store=`, newest first. */
export const TransferListQuery = z.object({
  state: z.string().optional(),
  image: z.string().optional(),
  store: z.string().optional(),
  cursor: z.string().max(1024).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export type TransferListQuery = z.infer<typeof TransferListQuery>;
