import { z } from 'zod';
import { Actions, StoreId, Timestamp } from './common.ts';

export const StoreState = z.enum(['in-service', 'read-only', 'unavailable']);

export const StoreCapacity = z.object({
  total_bytes: z.number().nullable(),
  free_bytes: z.number().nullable(),
  measured_at: Timestamp.nullable(),
});

/** `GET /api/v1/stores/{id}`; what only an operator may know (`driver`, `options`, `error`) is left out for others. */
export const StoreView = z.object({
  id: StoreId,
  code: z.string(),
  description: z.string(),
  driver: z.string(),
  weight: z.number(),
  tier: z.string().nullable(),
  site: z.string().nullable(),
  hypervisors: z.array(z.string()),
  price_per_gib_month: z.number().nullable(),
  currency: z.string(),
  default: z.boolean(),
  /** Per cent of capacity above which nothing is placed by itself. */
  load_line: z.number(),
  quota_bytes: z.number().nullable(),
  state: StoreState,
  /** Since when it has this state, and why it is unavailable: a sentence with the remedy. */
  state_since: Timestamp.nullable(),
  error: z.string().nullable(),
  capacity: StoreCapacity,
  image_count: z.number(),
  stored_bytes: z.number(),
  /** Layers of the hold: images of the administrators' project (operator), others, and what running transfers will add. */
  operator_bytes: z.number(),
  project_bytes: z.number(),
  reserved_bytes: z.number(),
  read_latency_ms: z.number().nullable(),
  /** Bytes a second of large reads, as measured lately; null where none was made yet. */
  read_rate: z.number().nullable(),
  capabilities: z.array(z.string()),
  actions: Actions,
});
export type StoreView = z.infer<typeof StoreView>;

export const StoreList = z.object({ stores: z.array(StoreView) });
export type StoreList = z.infer<typeof StoreList>;
