import type { Role, TokenHolder } from '#lib/db/repositories/identity.ts';

/** Each brings the next. */
const ranks: readonly Role[] = ['admin', 'member', 'reader'];

/** `service` is for programs that act for others (Nova, Cinder), and brings nothing else. */
export const allRoles: readonly Role[] = [...ranks, 'service'];

/** As in Keystone, admin brings member and member brings reader. */
export function withImpliedRoles(roles: readonly Role[]): Role[] {
  const highest = ranks.findIndex((role) => roles.includes(role));
  const ranked = highest === -1 ? [] : ranks.slice(highest);
  return roles.includes('service') ? [...ranked, 'service'] : ranked;
}

/** What the bearer has in the project now; with an API token or application credential no more than that was given. */
export function rolesOf({
  token,
  roles,
  credential,
}: Pick<TokenHolder, 'token' | 'roles' | 'credential'>): Role[] {
  const given = [token.roles, credential?.roles].flatMap((limit) => (limit ? [withImpliedRoles(limit)] : []));
  return withImpliedRoles(roles).filter((role) => given.every((limit) => limit.includes(role)));
}
