import { z } from 'zod';
import { accessRuleMethods, ruleLimitCount, rulePathLimitCharacters } from '#lib/auth/access-rules.ts';
import type { NewApplicationCredential } from '#lib/services/identity/create-application-credential.ts';

const path = z
  .string()
  .max(rulePathLimitCharacters)
  .regex(/^(\/|\*)/, 'a path begins with /');

/** The body of `POST /v3/users/{id}/application_credentials`. What a client sends beside this is left alone. */
export const ApplicationCredentialBody = z.object({
  application_credential: z.object({
    name: z.string().trim().min(1).max(255),
    secret: z.string().min(1).max(4096).nullish(),
    description: z.string().max(4096).nullish(),
    expires_at: z.string().max(64).refine(isTime, 'expected a time such as 2030-01-31T12:00:00').nullish(),
    roles: z
      .array(z.object({ id: z.string(), name: z.string() }).partial())
      .max(16)
      .nullish(),
    unrestricted: z.boolean().nullish(),
    access_rules: z
      .array(
        z.union([
          z.object({ service: z.string().min(1).max(255), method: z.enum(accessRuleMethods), path }),
          z.object({ id: z.string().max(64) }),
        ]),
      )
      .max(ruleLimitCount)
      .nullish(),
  }),
});
export type ApplicationCredentialBody = z.infer<typeof ApplicationCredentialBody>;

/** In our words. A time without a zone is UTC, as Keystone takes it. */
export function toNewApplicationCredential({
  application_credential: given,
}: ApplicationCredentialBody): NewApplicationCredential {
  return {
    name: given.name,
    secret: given.secret ?? undefined,
    description: given.description ?? undefined,
    expiresAt: given.expires_at == null ? null : toTime(given.expires_at),
    roles: given.roles?.length ? given.roles.map(({ id, name }) => name ?? id ?? '') : undefined,
    unrestricted: given.unrestricted ?? undefined,
    accessRules: given.access_rules ?? undefined,
  };
}

function toTime(text: string): number {
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(toTime(text));
}
