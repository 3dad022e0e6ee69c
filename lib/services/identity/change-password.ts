import { systemActor } from '#lib/auth/actor.ts';
import type { IdentityContext } from './identity-context.ts';
import { updateUser } from './update-user.ts';
import { verifyCredentials } from './verify-credentials.ts';

export interface PasswordChange {
  userId: string;
  original: string;
  password: string;
  address: string | null;
}

/**
 * Who knows a user's password gives them another one, and everything that they were signed in with ends. Guessing is
 * slowed down as at signing in.
 */
export async function changePassword(
  { runtime }: Pick<IdentityContext, 'runtime'>,
  { userId, original, password, address }: PasswordChange,
): Promise<void> {
  const user = await verifyCredentials({ runtime }, { user: { id: userId }, password: original, address });
  await updateUser({ runtime, actor: systemActor }, user.id, { password });
}
