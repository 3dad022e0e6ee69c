import { z } from 'zod';

const Domain = z.object({ id: z.string().max(255), name: z.string().max(255) }).partial();
const Named = z.object({ id: z.string().max(64), name: z.string().max(255), domain: Domain }).partial();

/** The body of `POST /v3/auth/tokens`. What a client sends beside this is left alone, as Keystone does. */
export const AuthBody = z.object({
  auth: z.object({
    identity: z.object({
      methods: z.array(z.string()).min(1).max(8),
      password: z.object({ user: Named.extend({ password: z.string().max(4096) }) }).optional(),
      application_credential: z
        .object({
          id: z.string().max(64).optional(),
          name: z.string().max(255).optional(),
          user: Named.optional(),
          secret: z.string().max(4096),
        })
        .optional(),
      token: z.object({ id: z.string().max(4096) }).optional(),
    }),
    scope: z
      .union([
        z.literal('unscoped'),
        z.object({
          project: Named.optional(),
          domain: z.unknown().optional(),
          system: z.unknown().optional(),
        }),
      ])
      .optional(),
  }),
});
export type AuthBody = z.infer<typeof AuthBody>;
