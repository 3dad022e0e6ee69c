/** API tokens: what a script or a pipeline calls with, in place of its owner. */
import { z } from 'zod';
import { Timestamp } from './common.ts';

const apiTokenMostDays = 366;

export const NewApiToken = z
  .object({
    /** For its owner to know it by. */
    name: z.string().trim().min(1).max(255),
    /** When it ends, at the latest. */
    days: z.number().int().min(1).max(apiTokenMostDays),
    /** It may look and download, and change nothing. */
    read_only: z.boolean().default(false),
  })
  .strict();
export type NewApiToken = z.input<typeof NewApiToken>;

export const ApiTokenView = z.object({
  id: z.string(),
  name: z.string(),
  /** The only one that it is good for. */
  project: z.object({ id: z.string(), name: z.string() }),
  read_only: z.boolean(),
  created_at: Timestamp,
  expires_at: Timestamp,
});
export type ApiTokenView = z.infer<typeof ApiTokenView>;

export const ApiTokenList = z.object({ tokens: z.array(ApiTokenView) });
export type ApiTokenList = z.infer<typeof ApiTokenList>;

/** The only answer that has the token itself. */
export const CreatedApiToken = ApiTokenView.extend({ token: z.string() });
export type CreatedApiToken = z.infer<typeof CreatedApiToken>;
