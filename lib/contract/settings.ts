import { z } from 'zod';
import { limitNames } from './quotas.ts';

const PolicyRule = z.object({
  name: z.string(),
  /** What it allows, to be read after "may"; null: a rule of the operator's own. */
  allows: z.string().nullable(),
  expression: z.string(),
  /** What the expression would be; null when it is that, or for a rule of the operator's own. */
  default_expression: z.string().nullable(),
  origin: z.enum(['glance', 'stowage', 'operator']),
});
export type PolicyRuleView = z.infer<typeof PolicyRule>;

const DefaultLimit = z.object({
  store: z.string().nullable(),
  name: z.enum(limitNames),
  limit: z.number().nullable(),
});

/** `GET /api/v1/settings`: what stowage.yaml makes of policy and limits. Nothing secret is in it. */
export const SettingsView = z.object({
  policy: z.array(PolicyRule),
  limits: z.object({
    image_size_bytes: z.number(),
    /** Of each project. */
    defaults: z.array(DefaultLimit),
  }),
});
export type SettingsView = z.infer<typeof SettingsView>;
