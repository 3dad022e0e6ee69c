import { StowageError } from '#lib/contract/errors.ts';
import type { Transaction } from '#lib/db/database.ts';
import { hasAdministrator } from '#lib/db/repositories/identity.ts';

/** To be called last in what takes something away from users: `conflict`, and nothing is changed, without this. */
export async function assertLeavesAdministrator(transaction: Transaction): Promise<void> {
  if (await hasAdministrator(transaction)) return;
  throw new StowageError('conflict', 'Nobody would be left who can sign in as an administrator.', {
    remedy: 'Give somebody else the role admin first.',
  });
}
