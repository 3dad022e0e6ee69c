/** What projects use and may use, as the Images API and the console name it. */
import { z } from 'zod';

/** Glance's names of the limits, in the order in which they are shown. Sizes in bytes. */
export const limitNames = [
  'image_size_total',
  'image_stage_total',
  'image_count_total',
  'image_count_uploading',
] as const;
export type LimitName = (typeof limitNames)[number];

const most = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullable();
const Some = z.object({
  image_size_total: most.optional(),
  image_stage_total: most.optional(),
  image_count_total: most.optional(),
  image_count_uploading: most.optional(),
});

/** Limits set for one project: null lets it have as much as it wants, what is left out is as in stowage.yaml. */
export const ProjectLimits = Some.extend({ stores: z.record(z.string(), Some.strict()).optional() }).strict();
export type ProjectLimits = z.infer<typeof ProjectLimits>;

const Figure = z.object({
  /** Null: of all stores together. */
  store: z.string().nullable(),
  name: z.enum(limitNames),
  used: z.number(),
  limit: z.number().nullable(),
  /** Where the limit comes from. */
  from: z.enum(['default', 'project', 'keystone']),
});
export type UsageFigure = z.infer<typeof Figure>;

/** `GET /api/v1/usage` and one entry of `GET /api/v1/projects`. */
export const ProjectUsage = z.object({
  project: z.object({ id: z.string(), name: z.string().nullable() }),
  figures: z.array(Figure),
});
export type ProjectUsage = z.infer<typeof ProjectUsage>;

/** `after`: `next` of the page before. */
export const ProjectUsageQuery = z.object({ after: z.string().max(255).default('') });

export const ProjectUsagePage = z.object({
  projects: z.array(ProjectUsage),
  /** For the next page; null: there is none. */
  next: z.string().nullable(),
});
export type ProjectUsagePage = z.infer<typeof ProjectUsagePage>;
