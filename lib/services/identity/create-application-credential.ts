import { randomBytes } from 'node:crypto';
import type { AccessRule } from '#lib/auth/access-rules.ts';
import { hashPassword } from '#lib/auth/passwords.ts';
import { rolesOf } from '#lib/auth/roles.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { ApplicationCredentialRow, Role } from '#lib/db/define-schema.ts';
import {
  findApplicationCredentialByName,
  insertApplicationCredential,
  listApplicationCredentials,
} from '#lib/db/repositories/application-credentials.ts';
import { findTokenHolder, type TokenHolder } from '#lib/db/repositories/identity.ts';
import { isApiToken } from './api-tokens.ts';
import type { IdentityContext } from './identity-context.ts';
import { newIdentityId } from './new-id.ts';

export interface NewApplicationCredential {
  name: string;
  /** Made when absent. */
  secret?: string | undefined;
  description?: string | undefined;
  /** Milliseconds since the epoch. */
  expiresAt?: number | null | undefined;
  /** By default all that the caller has in the project of the token. */
  roles?: readonly string[] | undefined;
  unrestricted?: boolean | undefined;
  /** By id one that another credential of the user has already. */
  accessRules?: readonly (Omit<AccessRule, 'id'> | { id: string })[] | undefined;
}

/**
 * A secret with which a program signs in as the caller in this project, without their password. `forbidden` for another
 * user, for roles that the caller does not have, and with a token that comes from a restricted credential itself.
 */
export async function createApplicationCredential(
  { runtime, actor }: IdentityContext,
  userId: string,
  wanted: NewApplicationCredential,
): Promise<{ credential: ApplicationCredentialRow; secret: string }> {
  const holder =
    actor.tokenHash === null ? null : await findTokenHolder(runtime.db.read, actor.tokenHash, runtime.now());
  if (holder === null || holder.user.id !== userId) {
    throw new StowageError('forbidden', 'Everybody makes application credentials for themselves only.', {
      remedy: 'Sign in as that user.',
    });
  }
  assertUnrestricted(holder);
  const own = rolesOf(holder);
  const roles = wanted.roles ?? own;
  const missing = roles.find((role) => !own.some((each) => each === role));
  if (missing !== undefined) {
    throw new StowageError('bad_request', `You do not have the role ${missing} in this project.`, {
      field: 'application_credential.roles',
      remedy: `Choose from: ${own.join(', ')}.`,
    });
  }
  if (wanted.expiresAt != null && wanted.expiresAt <= runtime.now()) {
    throw new StowageError('bad_request', 'The credential would have ended already.', {
      field: 'application_credential.expires_at',
    });
  }
  const secret = wanted.secret ?? randomBytes(64).toString('base64url');
  const secretHash = await hashPassword(secret);
  const credential = await runtime.db.transaction(async (transaction) => {
    await transaction.lock(`application-credentials:${userId}`);
    if ((await findApplicationCredentialByName(transaction, userId, wanted.name)) !== null) {
      throw new StowageError('conflict', `You have an application credential named ${wanted.name} already.`, {
        field: 'application_credential.name',
      });
    }
    const known = (await listApplicationCredentials(transaction, userId)).flatMap(
      ({ access_rules }) => access_rules ?? [],
    );
    const row: ApplicationCredentialRow = {
      id: newIdentityId(),
      name: wanted.name,
      description: wanted.description ?? '',
      user_id: userId,
      project_id: holder.project.id,
      secret_hash: secretHash,
      roles: roles as Role[],
      unrestricted: wanted.unrestricted ?? false,
      access_rules: wanted.accessRules?.map((rule) => toAccessRule(rule, known)) ?? null,
      expires_at: wanted.expiresAt ?? null,
      created_at: runtime.now(),
    };
    await insertApplicationCredential(transaction, row);
    return row;
  });
  return { credential, secret };
}

/** A stolen credential must not make others that outlive it. */
export function assertUnrestricted({ token, credential }: Pick<TokenHolder, 'token' | 'credential'>): void {
  if (isApiToken(token)) {
    throw new StowageError('forbidden', 'An API token may not make or delete what others sign in with.', {
      remedy: 'Sign in with the password.',
    });
  }
  if (credential === null || credential.unrestricted) return;
  throw new StowageError('forbidden', 'A restricted application credential may not make or delete others.', {
    remedy: 'Sign in with the password, or with a credential that is unrestricted.',
  });
}

/** The same rule has the same id in all credentials of a user. */
function toAccessRule(
  rule: Omit<AccessRule, 'id'> | { id: string },
  known: readonly AccessRule[],
): AccessRule {
  if ('id' in rule) {
    const found = known.find(({ id }) => id === rule.id);
    if (found !== undefined) return found;
    throw new StowageError('not_found', `Could not find access rule: ${rule.id}.`);
  }
  const same = known.find(
    ({ service, method, path }) => service === rule.service && method === rule.method && path === rule.path,
  );
  return same ?? { id: newIdentityId(), service: rule.service, method: rule.method, path: rule.path };
}
