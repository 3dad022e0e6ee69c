import { z } from 'zod';
import { Actions } from './common.ts';

export const SignIn = z
  .object({
    name: z.string().min(1).max(255),
    password: z.string().min(1).max(4096),
    domain: z.string().max(255).optional(),
    project: z.string().max(255).optional(),
  })
  .strict();
export type SignIn = z.infer<typeof SignIn>;

/** `PATCH /api/v1/session`: goes on in another project. */
export const SwitchProject = z.object({ project_id: z.string().min(1).max(64) }).strict();
export type SwitchProject = z.infer<typeof SwitchProject>;

/** `GET /api/v1/session`: who is signed in and what the console shows them. */
export const SessionView = z.object({
  user: z.object({ id: z.string(), name: z.string() }),
  project: z.object({ id: z.string(), name: z.string() }),
  projects: z.array(z.object({ id: z.string(), name: z.string(), domain: z.string() })),
  /** Where programs sign in as this person. */
  identity: z.object({
    mode: z.enum(['standalone', 'keystone']),
    auth_url: z.string(),
    user_domain: z.string(),
    project_domain: z.string(),
    /** For the whole cloud instead of one project. */
    system_scope: z.boolean(),
  }),
  roles: z.array(z.string()),
  administrator: z.boolean(),
  /** What the server is called, for commands that the console shows. */
  public_url: z.string(),
  default_store: z.string(),
  /** Which visibilities this caller may give an image. */
  visibilities: z.array(z.string()),
  limits: z.object({ image_size_bytes: z.number().nullable() }),
  /** What this caller may see and do beside images: `settings`, `limits` (of projects), `people`. */
  actions: Actions,
  expires_at: z.string(),
});
export type SessionView = z.infer<typeof SessionView>;
