import { setTimeout as delay } from 'node:timers/promises';
import { guessLimiterOf } from '#lib/auth/guess-limiter.ts';
import { verifyNobody, verifyPassword } from '#lib/auth/passwords.ts';
import type { ApplicationCredentialRow, UserRow } from '#lib/db/define-schema.ts';
import {
  findApplicationCredential,
  findApplicationCredentialByName,
} from '#lib/db/repositories/application-credentials.ts';
import { findUser, findUserByName } from '#lib/db/repositories/identity.ts';
import type { Queries } from '#lib/db/database.ts';
import type { IdentityContext } from './identity-context.ts';
import { wrongCredentials } from './verify-credentials.ts';

export type NamedCredential = { id: string } | { name: string; user: { id: string } | { name: string } };

/** Whose credential this is; `unauthenticated` for anything wrong with it, the same for all of it. */
export async function verifyApplicationCredential(
  { runtime }: Pick<IdentityContext, 'runtime'>,
  { named, secret, address }: { named: NamedCredential; secret: string; address: string | null },
): Promise<{ credential: ApplicationCredentialRow; user: UserRow }> {
  const limiter = guessLimiterOf(runtime.db);
  const key = `credential:${'id' in named ? named.id : JSON.stringify(named)}`;
  await delay(limiter.delayMilliseconds(key, address, runtime.now()));
  const credential = await find(runtime.db.read, named);
  const user = credential === null ? null : await findUser(runtime.db.read, credential.user_id);
  const right =
    credential === null ? await verifyNobody(secret) : await verifyPassword(secret, credential.secret_hash);
  const hasEnded = credential?.expires_at != null && credential.expires_at <= runtime.now();
  if (credential === null || user === null || !right || !user.enabled || hasEnded) {
    limiter.failed(key, address, runtime.now());
    throw wrongCredentials();
  }
  limiter.succeeded(key);
  return { credential, user };
}

async function find(q: Queries, named: NamedCredential): Promise<ApplicationCredentialRow | null> {
  if ('id' in named) return await findApplicationCredential(q, named.id);
  const userId = 'id' in named.user ? named.user.id : (await findUserByName(q, named.user.name))?.id;
  return userId === undefined ? null : await findApplicationCredentialByName(q, userId, named.name);
}
