import { setTimeout as delay } from 'node:timers/promises';
import { guessLimiterOf } from '#lib/auth/guess-limiter.ts';
import { verifyNobody, verifyPassword } from '#lib/auth/passwords.ts';
import { StowageError } from '#lib/contract/errors.ts';
import type { UserRow } from '#lib/db/define-schema.ts';
import { findUser, findUserByName } from '#lib/db/repositories/identity.ts';
import type { IdentityContext } from './identity-context.ts';

export interface Credentials {
  user: { id: string } | { name: string };
  password: string;
  /** Where the attempt comes from, if known. */
  address: string | null;
}

/** The same for an unknown user, a user out of use and a wrong password: nobody learns which names exist. */
export function wrongCredentials(): StowageError {
  return new StowageError('unauthenticated', 'The name or the password is wrong.', {
    remedy: 'Check both and try again.',
  });
}

/** Whose password this is. `unauthenticated` for anything wrong, `too_many_requests` for an address that guesses. */
export async function verifyCredentials(
  { runtime }: Pick<IdentityContext, 'runtime'>,
  { user: named, password, address }: Credentials,
): Promise<UserRow> {
  const limiter = guessLimiterOf(runtime.db);
  const key = 'id' in named ? `id:${named.id}` : `name:${named.name}`;
  await delay(limiter.delayMilliseconds(key, address, runtime.now()));
  const user =
    'id' in named
      ? await findUser(runtime.db.read, named.id)
      : await findUserByName(runtime.db.read, named.name);
  const right =
    user === null ? await verifyNobody(password) : await verifyPassword(password, user.password_hash);
  if (user === null || !right || !user.enabled) {
    limiter.failed(key, address, runtime.now());
    throw wrongCredentials();
  }
  limiter.succeeded(key);
  return user;
}
