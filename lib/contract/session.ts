import { z } from 'zod';

export const SignIn = z
  .object({
    name: z.string().min(1).max(255),
    password: z.string().min(1).max(4096),
    domain: z.string().max(255).optional(),
    project: z.string().max(255).optional(),
  })
  .strict();
export type SignIn = z.infer<typeof SignIn>;

/** `GET /api/v1/session`: who is signed in and what the console shows them. */
export const SessionView = z.object({
  user: z.object({ id: z.string(), name: z.string() }),
  project: z.object({ id: z.string(), name: z.string() }),
  projects: z.array(z.object({ id: z.string(), name: z.string() })),
  roles: z.array(z.string()),
  administrator: z.boolean(),
  /** What the server is called, for commands that the console shows. */
  public_url: z.string(),
  default_store: z.string(),
  /** Which visibilities this caller may give an image. */
  visibilities: z.array(z.string()),
  limits: z.object({ image_size_bytes: z.number().nullable() }),
  expires_at: z.string(),
});
export type SessionView = z.infer<typeof SessionView>;
