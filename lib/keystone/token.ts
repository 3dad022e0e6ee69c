/** What Keystone says of a token (`GET /v3/auth/tokens`), checked and in our words. */
import { z } from 'zod';
import type { AccessRule } from '../auth/access-rules.ts';

const Domain = z.object({ id: z.string(), name: z.string() });
const Project = z.object({ id: z.string(), name: z.string(), domain: Domain });

const TokenBody = z.object({
  token: z.object({
    methods: z.array(z.string()).default([]),
    user: z.object({ id: z.string(), name: z.string(), domain: Domain }),
    audit_ids: z.array(z.string()).default([]),
    expires_at: z.string(),
    project: Project.optional(),
    domain: Domain.optional(),
    system: z.record(z.string(), z.unknown()).optional(),
    roles: z.array(z.object({ name: z.string() })).default([]),
    application_credential: z
      .object({
        id: z.string(),
        access_rules: z
          .array(z.object({ id: z.string(), service: z.string(), method: z.string(), path: z.string() }))
          .optional(),
      })
      .optional(),
  }),
});

export type KeystoneProject = z.infer<typeof Project>;

export interface KeystoneToken {
  readonly methods: string[];
  readonly auditId: string;
  readonly user: { readonly id: string; readonly name: string; readonly domain: z.infer<typeof Domain> };
  /** Null for a token of the system, of a domain, or without a scope. */
  readonly project: KeystoneProject | null;
  readonly systemScope: boolean;
  /** With those that they imply. Without a project or the system there are none that count here. */
  readonly roles: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly accessRules: readonly AccessRule[] | null;
}

/** Null for an answer that Keystone would not give: something else is there. */
export function toKeystoneToken(body: unknown): KeystoneToken | null {
  const parsed = TokenBody.safeParse(body);
  if (!parsed.success) return null;
  const { token } = parsed.data;
  const expiresAt = Date.parse(token.expires_at);
  if (Number.isNaN(expiresAt)) return null;
  const systemScope = token.system?.['all'] === true;
  return {
    methods: token.methods,
    auditId: token.audit_ids[0] ?? '',
    user: token.user,
    project: token.project ?? null,
    systemScope,
    roles: token.project !== undefined || systemScope ? token.roles.map(({ name }) => name) : [],
    expiresAt,
    accessRules: token.application_credential?.access_rules ?? null,
  };
}
