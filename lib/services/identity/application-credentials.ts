/** Reading and deleting application credentials: everybody their own, administrators everybody's. */
import type { AccessRule } from '#lib/auth/access-rules.ts';
import { forgetCallers } from '#lib/auth/caller-cache.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { ApplicationCredentialRow } from '#lib/db/define-schema.ts';
import {
  deleteApplicationCredential as removeCredential,
  findApplicationCredential,
  listApplicationCredentials as listCredentials,
} from '#lib/db/repositories/application-credentials.ts';
import { findTokenHolder } from '#lib/db/repositories/identity.ts';
import { assertUnrestricted } from './create-application-credential.ts';
import type { IdentityContext } from './identity-context.ts';
import { getUser } from './list.ts';

/** `not_found` for a user whom the caller may not see. */
export async function listApplicationCredentials(
  ctx: IdentityContext,
  userId: string,
  { name }: { name: string | null },
): Promise<ApplicationCredentialRow[]> {
  const user = await getUser(ctx, userId);
  const credentials = await listCredentials(ctx.runtime.db.read, user.id);
  return name === null ? credentials : credentials.filter((credential) => credential.name === name);
}

export async function getApplicationCredential(
  ctx: IdentityContext,
  userId: string,
  id: string,
): Promise<ApplicationCredentialRow> {
  const user = await getUser(ctx, userId);
  const credential = await findApplicationCredential(ctx.runtime.db.read, id);
  if (credential === null || credential.user_id !== user.id) {
    throw new StowageError('not_found', `Could not find application credential: ${id}.`);
  }
  return credential;
}

/** Ends its tokens, too. */
export async function deleteApplicationCredential(
  ctx: IdentityContext,
  userId: string,
  id: string,
): Promise<void> {
  const { runtime, actor } = ctx;
  const credential = await getApplicationCredential(ctx, userId, id);
  const holder =
    actor.tokenHash === null ? null : await findTokenHolder(runtime.db.read, actor.tokenHash, runtime.now());
  if (holder !== null) assertUnrestricted(holder);
  await runtime.db.transaction(async (transaction) => {
    await removeCredential(transaction, credential);
    forgetCallers(runtime.db, transaction);
  });
}

/** What the credentials of a user are restricted to, each rule once. */
export async function listAccessRules(ctx: IdentityContext, userId: string): Promise<AccessRule[]> {
  const credentials = await listApplicationCredentials(ctx, userId, { name: null });
  const rules = new Map<string, AccessRule>();
  for (const { access_rules } of credentials) for (const rule of access_rules ?? []) rules.set(rule.id, rule);
  return [...rules.values()];
}
