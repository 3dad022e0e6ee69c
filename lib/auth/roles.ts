import type { Role } from '#lib/db/repositories/identity.ts';

export const allRoles: readonly Role[] = ['admin', 'member', 'reader'];

/** As in Keystone, admin brings member and member brings reader. */
export function withImpliedRoles(roles: readonly Role[]): Role[] {
  const highest = allRoles.findIndex((role) => roles.includes(role));
  return highest === -1 ? [] : allRoles.slice(highest);
}
